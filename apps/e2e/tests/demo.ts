/** The demo with what carries its messages, and what a test can do to that: the same words over every driver. */
import type { Capabilities } from "@attune/core";
import { type Carrier, driverOver } from "@attune-demo/room/driver";

/** What a project of playwright.config.ts chooses. */
export type DriverName = Carrier["driver"];

/** How what carries the messages may end: at once, or in good order. */
export const ENDINGS = ["killed", "shut down"] as const;
export type Ending = (typeof ENDINGS)[number];

/** A demo that runs. */
export interface Demo {
  /** Where the pages are. */
  readonly url: string;
  /** Every connection breaks; new ones may come at once. */
  cut(): void;
  /** Connections, and those to come, swallow what is sent over them, until `heal()`. */
  halfOpen(): void;
  heal(): void;
  /** What carries the messages is gone, until `restart()`. */
  stop(how: Ending): Promise<{ readonly keepsLog: boolean }>;
  restart(): Promise<void>;
  /** The tokens in use are over now. Only where a token is looked at again after the connection is open. */
  expireTokens(): void;
  close(): Promise<void>;
}

/** What the driver that the apps use declares. */
export function capabilitiesOf(driver: DriverName): Capabilities {
  return driverOver({ driver, url: "http://127.0.0.1", key: "anon", hasTokens: true }).capabilities;
}

/** What a client is to the soak, whatever carries its messages. */
import type { System } from "../system.js";

/** A client that takes part. */
export interface SoakClient {
  /** Settles when the server has said what became of it; may never do so in a system that forgets. */
  publish(id: string): Promise<unknown>;
  isLive(): boolean;
  end(): void;
}

/** What is written down of a client. Each may come again. */
export interface SoakEvents {
  joined(): void;
  delivered(id: string): void;
  /** It was told that messages are missing. */
  gap(): void;
  /** Whether what it shows is current. */
  live(isLive: boolean): void;
  /** Who is shown to be there. */
  members(userIds: readonly string[]): void;
  /** A connection after the first one. */
  reconnected(): void;
  /** The app was told that something failed. */
  failed(what: string): void;
}

/** Which client to make. */
export interface SoakClientOptions {
  readonly system: System;
  readonly port: number;
  readonly name: string;
  /** How far its clock is off. */
  readonly skewMs: number;
  readonly events: SoakEvents;
}

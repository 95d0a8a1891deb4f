/** What the host is told by its arguments and its environment. */
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";

/** Settings of the host. */
export interface Settings {
  /** 0 takes a free one. */
  readonly port: number;
  /** Signs the guests' tokens. */
  readonly secret: Uint8Array;
}

const DRIVERS = ["socketio"];

/** @throws {Error} with a message for the user */
export function readSettings(args: readonly string[], env: NodeJS.ProcessEnv): Settings {
  const { values } = parseArgs({ args: [...args], options: { driver: { type: "string", default: "socketio" } } });
  if (!DRIVERS.includes(values.driver)) {
    throw new Error(`Unknown driver "${values.driver}". The demo runs with: ${DRIVERS.join(", ")}.`);
  }
  const port = Number(env["PORT"] || 4000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`PORT is "${env["PORT"]}", which is no port.`);
  // Without one, a secret for this run: tokens live for a minute, and every attempt to connect asks for a new one.
  return { port, secret: new TextEncoder().encode(env["GUEST_SECRET"] || randomBytes(32).toString("base64url")) };
}

/** What every measured server can do. */

/** The message of all measurements: 100 bytes of JSON. */
export interface BenchMessage {
  /** From 1, without a hole. */
  readonly n: number;
  /** When it was published, by `nowMs`. */
  readonly t: number;
  readonly pad: string;
}

/** A cursor that knows when it moved. */
export interface BenchCursor {
  readonly x: number;
  readonly y: number;
  readonly t: number;
}

/** A server that listens. */
export interface BenchServer {
  readonly port: number;
  /** Sends a message to everybody in the room. */
  publish(message: BenchMessage): void;
  close(): Promise<unknown>;
}

/** What can be measured. */
export type System = "attune" | "socketio" | "ws";

/** Channel of the fan-out: public, as for anybody who reads along. */
export const PUBLIC_CHANNEL = "public:bench";
/** Channel of everything that clients do themselves. */
export const ROOM_CHANNEL = "presence:bench:1";

/** How often somebody who moves a cursor moves it. */
export const MOVES_PER_SECOND = 20;

const MESSAGE_BYTES = 100;

/** Makes a message of exactly 100 bytes. */
export function toMessage(n: number, t: number): BenchMessage {
  const bytes = JSON.stringify({ n, t, pad: "" }).length;
  return { n, t, pad: "x".repeat(Math.max(0, MESSAGE_BYTES - bytes)) };
}

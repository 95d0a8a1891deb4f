/** Our frames into the words of the driver contract, and back. */
import { CLOSE_CODES, fromWireEntry, isErrorCode, mayReconnect, RealtimeError, toWirePosition } from "@attune/protocol";
import type { ErrorCode, PresFrame, ServerByeFrame, SigsFrame } from "@attune/protocol";
import type { Closed, IncomingSignal, Position, PresenceDelta } from "../driver.js";

/** By what an answer to a publish is recognised. */
export function keyOf({ c, p, s }: { readonly c: string; readonly p: string; readonly s: number }): string {
  return `${c} ${p} ${s}`;
}

/** A position of our server; one of another provider says nothing to it. */
export function wirePosition(position: Position): ReturnType<typeof toWirePosition> | undefined {
  return position.epoch === undefined ? undefined : toWirePosition(position);
}

/** An error that the server reports. */
export function toError(code: string, message: string, details: { readonly [key: string]: unknown }): RealtimeError {
  // A code of a later server: what matters is whether to try again, and nobody knows, so no.
  const known: ErrorCode = isErrorCode(code) ? code : "refused";
  return new RealtimeError(known, message, { details });
}

/** Why the server closed the connection. */
export function fromBye({ code, msg, after }: ServerByeFrame): Closed {
  const known =
    (CLOSE_CODES as Readonly<Record<number, ErrorCode>>)[code] ?? (mayReconnect(code) ? "connection-lost" : "conflict");
  const error = new RealtimeError(known, `The server closed the connection: ${msg}`, { details: { closeCode: code } });
  return { error, retryAfterMs: after };
}

/** A step of the presence map. */
export function toDelta({ e, f, rev, set, del }: PresFrame): PresenceDelta {
  return { kind: "delta", epoch: e, from: f, revision: rev, set: set.map(fromWireEntry), removed: del };
}

/** The signals of one flush. */
export function toSignals({ m }: SigsFrame): readonly IncomingSignal[] {
  return Object.entries(m).flatMap(([name, values]) =>
    values.map(([connectionId, value, userId, userName]) => ({
      name,
      connectionId,
      value,
      ...(userId === undefined ? {} : { user: { userId, name: userName as string } }),
    })),
  );
}

/** Our frames into the words of the driver contract, and back. */
import {
  CLOSE_CODES,
  fromWireDelta,
  fromWireEntry,
  fromWireMessage,
  fromWirePosition,
  isErrorCode,
  mayReconnect,
  RealtimeError,
  toWirePosition,
} from "@attune/protocol";
import type {
  AckFrame,
  DeltaFrame,
  ErrorCode,
  JoinedFrame,
  PageFrame,
  PresFrame,
  ServerByeFrame,
  SigsFrame,
  StateVersion,
  WelcomeFrame,
  WireVersion,
} from "@attune/protocol";
import type {
  Attachment,
  Closed,
  HistoryPage,
  IncomingSignal,
  Opened,
  Position,
  PresenceDelta,
  Published,
  StateDelta,
  StateSnapshot,
} from "../driver.js";

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

/** An open connection. */
export function toOpened({ conn, user, limits, now }: WelcomeFrame, transport: string): Opened {
  return { connectionId: conn, user, transport, limits, serverNowMs: now };
}

/** The instant of a join. */
export function toAttachment({ ok, pos, settling }: JoinedFrame): Attachment {
  return { continuous: ok, position: fromWirePosition(pos), ...(settling ? { settling } : {}) };
}

/** What became of a publish. */
export function toPublished({ pos, ts }: AckFrame): Published {
  return { guarantee: "stored", id: pos[2], position: fromWirePosition(pos), timestampMs: ts };
}

/** A page of history. */
export function toPage({ e, m, more }: PageFrame): HistoryPage {
  return { messages: m.map((message) => fromWireMessage(e, message)), hasMore: more };
}

/** A version of the shared state. */
export function toVersion([epoch, version]: WireVersion): StateVersion {
  return { epoch, version };
}

/** The shared state of a join: its value, or the word that nothing is new since the version that is known. */
export function toState([epoch, version]: WireVersion, value: unknown): StateSnapshot | StateDelta {
  return value === undefined
    ? { kind: "delta", epoch, from: version, changes: [] }
    : { kind: "snapshot", epoch, version, value };
}

/** Changes of the shared state. */
export function toStateDelta({ e, m }: DeltaFrame): StateDelta {
  return { kind: "delta", epoch: e, from: (m[0]?.[0] ?? 1) - 1, changes: m.map(fromWireDelta) };
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

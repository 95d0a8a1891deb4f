/** The Phoenix wire as Supabase speaks it: JSON objects (vsn 1.0.0), JSON arrays and binary broadcasts (vsn 2.0.0). */

/** Anything JSON makes an object of. */
export type Json = Record<string, unknown>;

export type Vsn = "1.0.0" | "2.0.0";

/** One message, in either direction. */
export interface Frame {
  readonly joinRef: string | null;
  readonly ref: string | null;
  /** With `realtime:`, as it crosses the wire. */
  readonly topic: string;
  readonly event: string;
  readonly payload: unknown;
}

/** A broadcast that keeps its payload in bytes, as vsn 2.0.0 carries it. */
export interface UserBroadcast {
  readonly kind: "user";
  readonly event: string;
  readonly encoding: "json" | "binary";
  readonly bytes: Buffer;
  /** From the server: `id` of a stored message. From a client: what it asks the server. */
  readonly meta?: Json;
}

/** A broadcast in a JSON frame: from vsn 1.0.0, and from the batch endpoint. Passed on as it is. */
export interface TextBroadcast {
  readonly kind: "text";
  readonly payload: Json;
}

export type Broadcast = UserBroadcast | TextBroadcast;

/** What a client sent; a broadcast in bytes comes with `broadcast`. */
export interface IncomingFrame extends Frame {
  readonly broadcast?: UserBroadcast;
}

// Kinds of binary frames. Source: supabase/realtime, lib/realtime_web/socket/v2_serializer.ex.
const USER_BROADCAST_PUSH = 3;
const USER_BROADCAST = 4;
const JSON_ENCODING = 1;
const MAX_FIELD_BYTES = 255;

/** Reads what a client sent. Undefined for what cannot be read: the service logs that, and goes on. */
export function decodeFrame(vsn: Vsn, data: Buffer, isBinary: boolean): IncomingFrame | undefined {
  try {
    if (isBinary) return vsn === "2.0.0" ? decodeBinary(data) : undefined;
    const value: unknown = JSON.parse(data.toString("utf8"));
    if (vsn === "2.0.0") return Array.isArray(value) ? fromParts(value) : undefined;
    if (!isJson(value)) return undefined;
    return fromParts([value["join_ref"], value["ref"], value["topic"], value["event"], value["payload"]]);
  } catch {
    return undefined;
  }
}

function fromParts([joinRef, ref, topic, event, payload]: readonly unknown[]): IncomingFrame | undefined {
  if (typeof topic !== "string" || typeof event !== "string") return undefined;
  return { joinRef: textOf(joinRef), ref: textOf(ref), topic, event, payload: payload ?? {} };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : null;
}

function decodeBinary(data: Buffer): IncomingFrame | undefined {
  if (data[0] !== USER_BROADCAST_PUSH) return undefined;
  let at = 7;
  const [joinRef, ref, topic, event, meta] = [1, 2, 3, 4, 5].map((index) => {
    const from = at;
    at += data[index] ?? 0;
    return data.toString("utf8", from, at);
  });
  if (at > data.length || !topic || event === undefined) return undefined;
  const broadcast: UserBroadcast = {
    kind: "user",
    event,
    encoding: data[6] === JSON_ENCODING ? "json" : "binary",
    bytes: data.subarray(at),
    ...(meta ? { meta: JSON.parse(meta) as Json } : {}),
  };
  const payload = { type: "broadcast", event, payload: payloadOf(broadcast) };
  return { joinRef: joinRef || null, ref: ref || null, topic, event: "broadcast", payload, broadcast };
}

/** The payload of a broadcast, as a client's listener sees it. */
export function payloadOf(broadcast: Broadcast): unknown {
  if (broadcast.kind === "text") return broadcast.payload["payload"];
  if (broadcast.encoding === "binary") return new Uint8Array(broadcast.bytes);
  return JSON.parse(broadcast.bytes.toString("utf8"));
}

/** Makes the text of a message. */
export function encodeFrame(vsn: Vsn, { joinRef, ref, topic, event, payload }: Frame): string {
  if (vsn === "2.0.0") return JSON.stringify([joinRef, ref, topic, event, payload]);
  return JSON.stringify({ topic, event, payload, ref });
}

/** Makes a broadcast; undefined for one that the version cannot carry, which is then not sent. */
export function encodeBroadcast(vsn: Vsn, topic: string, broadcast: Broadcast): string | Buffer | undefined {
  const event = "broadcast";
  if (broadcast.kind === "text") {
    return encodeFrame(vsn, { joinRef: null, ref: null, topic, event, payload: broadcast.payload });
  }
  if (vsn === "2.0.0") return encodeUserBroadcast(topic, broadcast);
  if (broadcast.encoding === "binary") return undefined;
  return encodeFrame(vsn, { joinRef: null, ref: null, topic, event, payload: objectOf(broadcast) });
}

/** A broadcast as one object, as listeners get it. */
export function objectOf(broadcast: Broadcast): Json {
  if (broadcast.kind === "text") return broadcast.payload;
  const { event, meta } = broadcast;
  return { type: "broadcast", event, payload: payloadOf(broadcast), ...(meta ? { meta } : {}) };
}

function encodeUserBroadcast(topic: string, { event, encoding, bytes, meta }: UserBroadcast): Buffer | undefined {
  const fields = [topic, event, meta ? JSON.stringify(meta) : ""].map((text) => Buffer.from(text));
  if (fields.some(({ length }) => length > MAX_FIELD_BYTES)) return undefined;
  const head = [USER_BROADCAST, ...fields.map(({ length }) => length), encoding === "json" ? JSON_ENCODING : 0];
  return Buffer.concat([Buffer.from(head), ...fields, bytes]);
}

/** Whether a value is an object that is no array. */
export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A broadcast of JSON, made by the server. */
export function jsonBroadcast(event: string, payload: unknown, meta?: Json): UserBroadcast {
  const bytes = Buffer.from(JSON.stringify(payload));
  return { kind: "user", event, encoding: "json", bytes, ...(meta ? { meta } : {}) };
}

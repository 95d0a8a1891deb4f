/** Turns what came off the wire into frames, or says that it is none: shape first, meaning elsewhere. */
import type { ClientFrame } from "./client-frames.js";
import type { ServerFrame } from "./server-frames.js";

type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Check>>;

const text: Check = (value) => typeof value === "string";
const flag: Check = (value) => typeof value === "boolean";
const list: Check = Array.isArray;
const anything: Check = () => true;
const record: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
/** Times: a clock may tell fractions of a millisecond. */
const time: Check = (value) => Number.isFinite(value) && (value as number) >= 0;
/** Counters and offsets: never negative, never beyond what a double holds exactly. */
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const tuple =
  (...checks: Check[]): Check =>
  (value) =>
    Array.isArray(value) && value.length === checks.length && checks.every((check, index) => check(value[index]));
const position = tuple(text, count, text);
const version = tuple(text, count);
const state: Check = (value) => {
  if (!record(value)) return false;
  const { status, customState } = value as Record<string, unknown>;
  return (
    (status === "online" || status === "away" || status === "busy") &&
    (customState === undefined || record(customState))
  );
};

const CLIENT: Readonly<Record<ClientFrame["t"], Shape>> = {
  hello: { v: count, k: maybe(text), vis: flag, s: maybe(tuple(text, text)) },
  auth: { k: maybe(text) },
  sub: { r: count, c: text, since: maybe(position), last: maybe(count), p: maybe(state), st: maybe(version) },
  unsub: { c: text },
  more: { r: count },
  pub: { c: text, p: text, s: count, b: count, n: text, d: anything },
  sig: { c: text, n: text, d: anything },
  state: { c: text, d: state },
  patch: { c: text, p: text, s: count, b: version, d: list },
  hist: { r: count, c: text, b: maybe(position), l: count },
  ping: { r: count },
  pong: { r: count },
  vis: { v: flag },
  bye: {},
};

const backfill: Shape = { m: list, p: list, more: flag };
const SERVER: Readonly<Record<ServerFrame["t"], Shape>> = {
  welcome: {
    v: count,
    s: tuple(text, text),
    conn: text,
    resumed: flag,
    user: anything,
    now: time,
    limits: record,
    exp: maybe(time),
  },
  authed: { exp: maybe(time) },
  joined: { ...backfill, r: count, c: text, pos: position, ok: flag, rev: maybe(version), sv: maybe(version) },
  chunk: { ...backfill, r: count },
  fail: { r: maybe(count), c: maybe(text), code: text, msg: text, after: maybe(time) },
  closed: { c: text, code: text, msg: text },
  msg: { c: text, e: text, m: list },
  ack: { c: text, p: text, s: count, pos: position, ts: time },
  nack: { c: text, p: text, s: count, code: text, msg: text, last: maybe(count), after: maybe(time) },
  delta: { c: text, e: text, m: list },
  patched: { c: text, p: text, s: count, at: version },
  sig: { c: text, m: record, x: maybe(list) },
  pres: { c: text, e: text, f: count, rev: count, set: list, del: list },
  page: { r: count, c: text, e: text, m: list, more: flag },
  pong: { r: count, now: time },
  ping: { r: count },
  bye: { code: count, msg: text, after: maybe(time) },
};

function decode(value: unknown, shapes: Readonly<Record<string, Shape>>): unknown {
  if (!record(value)) return undefined;
  const frame = value as Record<string, unknown>;
  const kind = frame["t"];
  // hasOwn, because a frame of the type "constructor" must not find Object.prototype's.
  if (typeof kind !== "string" || !Object.hasOwn(shapes, kind)) return undefined;
  const shape = shapes[kind] as Shape;
  for (const key in shape) if (!(shape[key] as Check)(frame[key])) return undefined;
  return frame;
}

/**
 * Recognises a client's frame.
 *
 * Unknown keys are let through and must be ignored, so that a later version can add some.
 *
 * @param value parsed JSON, of any shape
 * @returns the same object, typed, or `undefined` when it is no frame of this version
 */
export function decodeClientFrame(value: unknown): ClientFrame | undefined {
  return decode(value, CLIENT) as ClientFrame | undefined;
}

/**
 * Recognises a server's frame.
 *
 * @param value parsed JSON, of any shape
 * @returns the same object, typed, or `undefined` when it is no frame of this version
 */
export function decodeServerFrame(value: unknown): ServerFrame | undefined {
  return decode(value, SERVER) as ServerFrame | undefined;
}

/** A record as it is written down, and the judgement of what was read back. */
import { isErrorCode, RealtimeError } from "@attune/protocol";
import type { ErrorCode } from "@attune/protocol";
import type { OutboxRecord } from "../outbox/record.js";

/** What is written down of a record: JSON can carry all of it. */
export interface KeptRecord {
  /** Of this shape. What has another one is not read. */
  readonly version: 1;
  readonly id: string;
  readonly channel: string;
  readonly event: string;
  /** As JSON text. */
  readonly data: string;
  readonly producer: string;
  readonly sequence: number;
  /** Absent before the first connection told. */
  readonly userId?: string | null;
  readonly createdAtMs: number;
  /** `sending`: it may have arrived. */
  readonly state: "queued" | "sending" | "failed";
  readonly error?: { readonly code: ErrorCode; readonly message: string };
}

/**
 * Makes of a record what can be written down.
 *
 * @throws {TypeError} for data that JSON cannot carry, such as a circle
 * @example
 * ```ts
 * import { type OutboxRecord, toKept } from "@attune/core/storage";
 * const textOf = (record: OutboxRecord) => JSON.stringify(toKept(record));
 * ```
 */
export function toKept(record: OutboxRecord): KeptRecord {
  const { id, channel, event, producer, sequence, userId, createdAtMs, state, error } = record;
  return {
    version: 1,
    ...{ id, channel, event, producer, sequence },
    // A clock that counts in fractions is no reason to take a record for damaged.
    createdAtMs: Math.round(createdAtMs),
    // What JSON leaves out arrives as null.
    data: (JSON.stringify(record.data) as string | undefined) ?? "null",
    state: state === "sent" ? "sending" : state,
    ...(userId === undefined ? {} : { userId }),
    ...(error ? { error: { code: error.code, message: error.message } } : {}),
  };
}

/**
 * Makes a record of what was read back, whatever that is.
 *
 * @returns `undefined` for what `toKept` of this version cannot have made: set it aside and report it
 * @example
 * ```ts
 * import { fromKept } from "@attune/core/storage";
 * const recordIn = (text: string) => fromKept(JSON.parse(text));
 * ```
 */
export function fromKept(value: unknown): OutboxRecord | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { version, id, channel, event, data, producer, sequence, userId, createdAtMs, state, error } =
    value as Partial<KeptRecord>;
  const isFailed = state === "failed";
  if (version !== 1 || !isText(channel) || !isText(event) || !isText(producer) || !isText(data)) return undefined;
  if (!isCount(sequence) || !isCount(createdAtMs) || id !== `${producer}:${sequence}`) return undefined;
  if (userId !== undefined && userId !== null && typeof userId !== "string") return undefined;
  if (!isFailed && state !== "queued" && state !== "sending") return undefined;
  if (isFailed && !isErrorCode(error?.code)) return undefined;
  try {
    return {
      ...{ id, channel, event, producer, sequence, userId, createdAtMs, state },
      data: JSON.parse(data) as unknown,
      isKept: true,
      ...(isFailed && error ? { error: new RealtimeError(error.code, `${error.message}`) } : {}),
    };
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;

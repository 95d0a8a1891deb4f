/** Reads, begins and checks shared states: the same for clients' changes and the backend's. */
import {
  type ChannelDefinition,
  type Clock,
  RealtimeError,
  type StateVersion,
  validatePayload,
} from "@attune/protocol";
import { withDeadline } from "../access/deadline.js";
import type { BrokerNode, MaybePromise, StoredState } from "../broker/broker.js";
import type { Json } from "../wire/frame-text.js";
import { isLongerThan } from "../wire/json-bytes.js";

/** Gives the value that a channel's shared state begins with. */
export type InitialState = (channel: string) => MaybePromise<unknown>;

/** The default: an empty object. */
export const emptyState: InitialState = () => ({});

/** What is needed to have a state begin. */
export interface StateParts {
  readonly node: BrokerNode;
  readonly initialState: InitialState;
  /** Bytes of a value as JSON in UTF-8. */
  readonly stateBytes: number;
  readonly clock: Clock;
  /** How long `initialState` may take, in milliseconds. */
  readonly initialStateMs: number;
}

/**
 * Refuses to share a state where the app declared none.
 *
 * @throws {RealtimeError} `unknown-event`
 */
export function assertShared(definition: ChannelDefinition | undefined, channel: string): void {
  if (definition && !definition.state) {
    throw new RealtimeError("unknown-event", `"${channel}" has no shared state in defineChannels().`);
  }
}

/**
 * Reads the state of a channel; where there is none, begins it.
 *
 * @throws {RealtimeError} `invalid-option` when what it would begin with is not what the app declared; `timeout` when
 * `initialState` takes too long; whatever it throws
 */
export async function readOrBegin(
  { node, initialState, stateBytes, clock, initialStateMs }: StateParts,
  channel: string,
  definition: ChannelDefinition | undefined,
): Promise<StoredState> {
  const stored = await node.readState(channel);
  if (stored) return stored;
  // All who want the state wait for this one answer: without an end to it, one query that hangs shuts the channel to everybody.
  const what = `initialState() for "${channel}"`;
  const initial = await withDeadline(clock, initialStateMs, what, initialState(channel));
  try {
    return await node.readState(channel, checkState(initial, definition, stateBytes, channel));
  } catch (cause) {
    throw new RealtimeError("invalid-option", `initialState() gave no state for "${channel}".`, { cause });
  }
}

/**
 * Checks a whole value: root, depth, schema, size.
 *
 * @returns it as JSON
 * @throws {RealtimeError} `invalid-payload`, `payload-too-large`, `async-schema`
 */
export function checkState(
  value: unknown,
  definition: ChannelDefinition | undefined,
  maxBytes: number,
  channel: string,
): Json {
  const subject = `shared state of "${channel}"`;
  if (typeof value !== "object" || value === null) {
    throw new RealtimeError("invalid-payload", `Invalid payload of ${subject}: it is neither an object nor a list.`);
  }
  validatePayload(value, definition?.state, subject);
  const json = JSON.stringify(value);
  if (isLongerThan(json, maxBytes)) {
    throw new RealtimeError("payload-too-large", `The ${subject} takes more than ${maxBytes} bytes.`);
  }
  return json;
}

/** The error for a change that came too late. `last` tells the client from which version on to make it anew. */
export function outdated(at: StateVersion | undefined, base: StateVersion): RealtimeError {
  const details = at?.epoch === base.epoch ? { last: at.version } : {};
  return new RealtimeError("conflict", "Another change of the shared state went before this one.", { details });
}

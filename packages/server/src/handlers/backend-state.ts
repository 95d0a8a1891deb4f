/** Reads and changes shared states for the app's own backend. */
import { MAX_CHUNK_CHARS, RealtimeError, type StateVersion } from "@attune/protocol";
import { diff, isJson } from "@attune/protocol/patch";
import { Immer } from "immer";
import { knownChannel } from "../access/channel-rules.js";
import type { StoredState } from "../broker/broker.js";
import type { ServerContext } from "../server-context.js";
import { assertShared, checkState, outdated, readOrBegin } from "../state/shared-state.js";

/** A shared state as the backend sees it. */
export interface BackendState<T = unknown> extends StateVersion {
  readonly value: T;
}

/** How often a change is made anew because another one went before it. */
const MAX_TRIES = 20;

/** One of our own: an app may set what all others share to its liking. */
const { produce } = new Immer();

/**
 * Reads the shared state of a channel, and begins it where there is none. Access is not asked about.
 *
 * @throws {RealtimeError} `invalid-channel`, `unknown-event`, `invalid-option`, `timeout`
 */
export async function readBackendState(server: ServerContext, channel: string): Promise<BackendState> {
  const { definition } = knownChannel(server.settings.channels, channel);
  assertShared(definition, channel);
  const { epoch, version, json } = await readOrBegin(server.stateParts, channel, definition);
  return { epoch, version, value: JSON.parse(json) as unknown };
}

/**
 * Changes the shared state of a channel. Neither access nor rate is asked about.
 *
 * @throws {RealtimeError} as {@link readBackendState}; `invalid-payload`, `payload-too-large`, `async-schema`; `conflict` when others
 * went before it twenty times; and whatever the mutator throws
 */
export async function updateBackendState(
  server: ServerContext,
  channel: string,
  mutator: (draft: never) => unknown,
): Promise<BackendState> {
  let before = await readBackendState(server, channel);
  for (let tries = 1; ; tries++) {
    const after: unknown = produce(before.value, mutator as (draft: unknown) => unknown);
    const at = await writeNext(server, channel, before, after);
    if (at) return { ...at, value: after };
    if (tries === MAX_TRIES) throw outdated(undefined, before);
    before = await readBackendState(server, channel);
  }
}

/** @returns the new version; the old one when nothing changed; `undefined` when another change went before */
async function writeNext(
  { settings, node, appends, counters }: ServerContext,
  channel: string,
  { epoch, version, value }: BackendState,
  after: unknown,
): Promise<StateVersion | undefined> {
  const { channels, env, bounds } = settings;
  const base = { epoch, version };
  const patch = diff(value, after);
  if (patch.length === 0) return base;
  if (!isJson(after)) throw new RealtimeError("invalid-payload", `The shared state of "${channel}" must be JSON.`);
  const json: StoredState["json"] = checkState(
    after,
    knownChannel(channels, channel).definition,
    bounds.stateBytes,
    channel,
  );
  const text = JSON.stringify(patch);
  // The whole is in the way of everybody's changes, so it is sent only instead of a patch that is large and larger.
  const shorter =
    text.length <= MAX_CHUNK_CHARS || text.length < json.length ? text : `[{"op":"replace","path":"","value":${json}}]`;
  const change = `[${version + 1},${JSON.stringify(env.id())},${shorter},0]`;
  const write = { base, json, change };
  const result = await appends.track(node.writeState(channel, write));
  if (result.outcome !== "stored") return undefined;
  counters.stateChanges++;
  return result.at;
}

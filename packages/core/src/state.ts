/** Shared state: one JSON value per channel that everybody on it sees and may change. An entry of its own: who has none need not carry it. */
import { RealtimeError } from "@attune/protocol";
import type { ChannelDefinition, StateOf } from "@attune/protocol";
import type { Channel } from "./channel/channel-handle.js";
import { unsupported } from "./channel/declared.js";
import { PART } from "./channel/part.js";
import type { Extensible } from "./channel/part.js";
import { createSharedState } from "./state/shared-state.js";
import type { SharedState } from "./state/shared-state.js";

export type { SharedState, SharedStateStatus } from "./state/shared-state.js";

/**
 * The shared state of a channel. Does not join: whoever joins the channel fills it. The same handle gives the same one.
 *
 * @throws {RealtimeError} `unsupported` where the provider has none; `unknown-event` where `defineChannels` declares none
 * @example
 * ```ts
 * import { createRealtime } from "@attune/core";
 * import type { Driver } from "@attune/core/driver";
 * import { sharedState } from "@attune/core/state";
 * declare const driver: Driver; // socketio("https://example.com")
 * const channel = createRealtime({ driver }).channel("presence:room:1");
 * channel.join();
 * const state = sharedState(channel);
 * state.$value.subscribe((value) => value?.["topic"]);
 * await state.update((draft) => {
 *   draft["topic"] = "Tuning";
 * });
 * ```
 */
export function sharedState<C extends ChannelDefinition>(channel: Channel<C>): SharedState<StateOf<C>> {
  const handle = channel as unknown as Channel & Extensible;
  return handle[PART](({ context, definition }) => {
    if (!context.capabilities.state) throw unsupported("sharedState()", channel.name);
    if (definition && !definition.state) {
      throw new RealtimeError("unknown-event", `"${channel.name}" has no shared state in defineChannels().`);
    }
    return createSharedState(handle, { context, definition });
  }) as unknown as SharedState<StateOf<C>>;
}

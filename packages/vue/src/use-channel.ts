/** One channel, as a composable. */
import type { Channel, ChannelDefinition, ChannelStatus } from "@attune/core";
import type { MaybeRefOrGetter } from "vue";
import { type ChannelName, type Definition, useAtom, useLease, type Value } from "./bridge.js";

/** What {@link useChannel} gives. */
export interface UseChannelReturn<C extends ChannelDefinition>
  extends Pick<Channel<C>, "publish" | "signal" | "history" | "acknowledgeGap"> {
  /** How far joining is (`phase`), and whether messages are missing (`continuity`). */
  readonly status: Value<ChannelStatus>;
}

/**
 * Joins a channel for as long as the scope lives, and gives what can be done with it.
 *
 * @param channel a name, or a ref or getter of one: when it changes, the old channel is left and the new one joined
 * @throws {RealtimeError} `missing-context`, `invalid-channel`
 * @example
 * ```ts
 * import { useChannel } from "@attune/vue";
 * const { status, publish } = useChannel("public:news");
 * if (status.value.phase === "joined") await publish("headline", { text: "Hello" });
 * ```
 */
export function useChannel<N extends ChannelName>(channel: MaybeRefOrGetter<N>): UseChannelReturn<Definition<N>> {
  const handle = useLease(channel);
  return {
    status: useAtom(() => handle.value.$status),
    publish: (event, data) => handle.value.publish(event, data),
    signal: (name, value) => handle.value.signal(name, value),
    history: (query) => handle.value.history(query),
    acknowledgeGap: () => handle.value.acknowledgeGap(),
  };
}

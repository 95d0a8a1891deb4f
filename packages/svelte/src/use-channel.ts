/** One channel, as a composable. */
import type { Channel, ChannelDefinition, ChannelStatus } from "@attune/core";
import { type ChannelName, type Definition, type MaybeGetter, useAtom, useLease, type Value } from "./bridge.svelte.js";

/** What {@link useChannel} gives. */
export interface UseChannelReturn<C extends ChannelDefinition>
  extends Pick<Channel<C>, "publish" | "signal" | "history" | "acknowledgeGap"> {
  /** How far joining is (`phase`), and whether messages are missing (`continuity`). */
  readonly status: Value<ChannelStatus>;
}

/**
 * Joins a channel for as long as the component lives, and gives what can be done with it.
 *
 * @param channel a name, or a getter of one: when it changes, the old channel is left and the new one joined
 * @throws {RealtimeError} `missing-context`, `invalid-channel`
 * @example
 * ```ts
 * import { useChannel } from "@attune/svelte";
 * const { status, publish } = useChannel("public:news");
 * if (status.current.phase === "joined") await publish("headline", { text: "Hello" });
 * ```
 */
export function useChannel<N extends ChannelName>(channel: MaybeGetter<N>): UseChannelReturn<Definition<N>> {
  const handle = useLease(channel);
  return {
    status: useAtom(() => handle.current.$status),
    publish: (event, data) => handle.current.publish(event, data),
    signal: (name, value) => handle.current.signal(name, value),
    history: (query) => handle.current.history(query),
    acknowledgeGap: () => handle.current.acknowledgeGap(),
  };
}

/** Who is typing on a channel, as a composable. */
import { type Sender, typingText } from "@attune/core";
import { computed, type MaybeRefOrGetter } from "vue";
import { type ChannelName, useAtom, useLease, type Value } from "./bridge.js";

/** What {@link useTyping} gives. */
export interface UseTypingReturn {
  /** The others who are typing. */
  readonly typing: Value<readonly Sender[]>;
  /** The same in words: "Ann is typing…"; empty when nobody is. */
  readonly text: Value<string>;
  /** Call it at every key: others are told once a second at most, and it ends by itself after 5 s. */
  startTyping(): void;
  /** Ends it at once; so does publishing. */
  stopTyping(): void;
}

/**
 * Joins a channel and shows who is typing, for as long as the scope lives.
 *
 * @param channel a name, or a ref or getter of one: when it changes, the old channel is left and the new one joined
 * @throws {RealtimeError} `missing-context`, `invalid-channel`
 * @example
 * ```ts
 * import { useTyping } from "@attune/vue";
 * const { text, startTyping } = useTyping("presence:room:1");
 * ```
 */
export function useTyping<N extends ChannelName>(channel: MaybeRefOrGetter<N>): UseTypingReturn {
  const handle = useLease(channel);
  const typing = useAtom(() => handle.value.$typing);
  return {
    typing,
    text: computed(() => typingText(typing.value.map(({ name }) => name))),
    startTyping: () => handle.value.startTyping(),
    stopTyping: () => handle.value.stopTyping(),
  };
}

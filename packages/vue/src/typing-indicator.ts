/** Says who is typing on a channel. */
import type { Sender } from "@attune/core";
import { defineComponent, h, type PropType, type SlotsType } from "vue";
import type { ChannelName } from "./bridge.js";
import { useTyping } from "./use-typing.js";

/** What the slot of {@link TypingIndicator} gets. */
export interface TypingIndicatorSlot {
  readonly typing: readonly Sender[];
  readonly text: string;
}

/**
 * A line such as "Ann is typing…", empty while nobody is; the default slot replaces what it says.
 *
 * @example
 * ```ts
 * import { TypingIndicator } from "@attune/vue";
 * import { h } from "vue";
 * const indicator = h(TypingIndicator, { channel: "presence:room:1" });
 * ```
 */
export const TypingIndicator = /* @__PURE__ */ defineComponent({
  name: "TypingIndicator",
  props: { channel: { type: String as PropType<ChannelName>, required: true } },
  slots: Object as SlotsType<{ default: TypingIndicatorSlot }>,
  setup(props, { slots }) {
    const { typing, text } = useTyping(() => props.channel);
    // Always there, so that a screen reader knows the region before something is said in it.
    return () =>
      h(
        "div",
        { class: "attune-typing", role: "status", "aria-live": "polite", "aria-label": "Typing" },
        text.value && (slots.default?.({ typing: typing.value, text: text.value }) ?? text.value),
      );
  },
});

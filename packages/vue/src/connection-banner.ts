/** Says that the connection is lost, once that has lasted long enough to be worth a word. */
import { type Banner, connectionBanner } from "@attune/core";
import { defineComponent, h, type SlotsType, type VNode } from "vue";
import { useAtom } from "./bridge.js";
import { useRealtime } from "./plugin.js";

/** What the slot of {@link ConnectionBanner} gets. */
export interface ConnectionBannerSlot {
  readonly state: NonNullable<Banner>;
  /** Tries again after a final `disconnected`. */
  connect(): Promise<void>;
}

/**
 * A banner that is empty while all is well; the default slot replaces what it says.
 *
 * `delayMs`: a loss that is over sooner shows nothing. Default 500; 0 shows every loss.
 *
 * @example
 * ```ts
 * import { ConnectionBanner } from "@attune/vue";
 * import { h } from "vue";
 * const banner = h(ConnectionBanner, { delayMs: 1_000 }, { default: ({ state }: { state: string }) => state });
 * ```
 */
export const ConnectionBanner = /* @__PURE__ */ defineComponent({
  name: "ConnectionBanner",
  props: { delayMs: { type: Number, default: 500 } },
  slots: Object as SlotsType<{ default: ConnectionBannerSlot }>,
  setup(props, { slots }) {
    const realtime = useRealtime();
    const banner = useAtom(() => connectionBanner(realtime, { delayMs: props.delayMs }));
    const connect = (): Promise<void> => realtime.connect();
    // Always there, so that a screen reader knows the region before something is said in it.
    return () =>
      h(
        "div",
        { class: "attune-banner", role: "status", "aria-live": "polite", "data-state": banner.value },
        banner.value && (slots.default?.({ state: banner.value, connect }) ?? message(banner.value, connect)),
      );
  },
});

function message(state: ConnectionBannerSlot["state"], connect: () => Promise<void>): (string | VNode)[] {
  if (state === "reconnecting") return ["Reconnecting…"];
  if (state === "offline") return ["You are offline. Changes will sync when you reconnect."];
  return [
    "The connection is lost. ",
    h("button", { class: "attune-banner-button", type: "button", onClick: connect }, "Try again"),
  ];
}

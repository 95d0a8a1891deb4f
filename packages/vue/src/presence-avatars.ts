/** Shows who is on a channel, as a list of avatars. */
import type { PresenceMember } from "@attune/core";
import { defineComponent, h, type PropType, type SlotsType, type VNode } from "vue";
import type { ChannelName } from "./bridge.js";
import { initialsOf } from "./initials.js";
import { usePresence } from "./use-presence.js";

/** What the slot of {@link PresenceAvatars} gets, once for each member. */
export interface PresenceAvatarsSlot {
  readonly member: PresenceMember;
}

/**
 * The members of a channel, me among them; the default slot replaces the inside of an item.
 *
 * `max`: how many are shown before "+N". Default 5; 0 shows the number alone.
 *
 * @example
 * ```ts
 * import { PresenceAvatars } from "@attune/vue";
 * import { h } from "vue";
 * const avatars = h(PresenceAvatars, { channel: "presence:room:1", max: 3 });
 * ```
 */
export const PresenceAvatars = /* @__PURE__ */ defineComponent({
  name: "PresenceAvatars",
  props: {
    channel: { type: String as PropType<ChannelName>, required: true },
    max: { type: Number, default: 5 },
  },
  slots: Object as SlotsType<{ default: PresenceAvatarsSlot }>,
  setup(props, { slots }) {
    const { members } = usePresence(() => props.channel);
    return () => {
      const shown = members.value.slice(0, props.max);
      const hidden = members.value.length - shown.length;
      const items = shown.map((member) => h("li", attributesOf(member), slots.default?.({ member }) ?? face(member)));
      if (hidden) items.push(h("li", { class: "attune-avatar attune-avatar-more", key: "more" }, `+${hidden}`));
      // The role brings back what `list-style: none` takes away in Safari.
      return h("ul", { class: "attune-avatars", role: "list", "aria-label": "Members" }, items);
    };
  },
});

function attributesOf({ userId, name, status, unconfirmed }: PresenceMember): Record<string, unknown> {
  return {
    key: userId,
    class: "attune-avatar",
    title: name,
    "data-status": status,
    "data-unconfirmed": unconfirmed || undefined,
  };
}

function face({ name, avatar, status }: PresenceMember): (string | VNode)[] {
  return [
    avatar
      ? h("img", { class: "attune-avatar-face", src: avatar, alt: "" })
      : h("span", { class: "attune-avatar-face", "aria-hidden": "true" }, initialsOf(name)),
    " ",
    h("span", { class: "attune-avatar-name" }, name),
    " ",
    h("span", { class: "attune-avatar-status" }, status),
  ];
}

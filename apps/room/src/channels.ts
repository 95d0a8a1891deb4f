/** The channels of the demo, for both ends: the host and the three apps validate and type by this one object. */
import { defineChannels } from "@attune/protocol";
import * as v from "valibot";

/** The longest message, in characters. */
export const MAX_TEXT_LENGTH = 1_000;

const fraction = v.pipe(v.number(), v.minValue(-1), v.maxValue(2));

export const channels = defineChannels({
  "presence:room:{id}": {
    events: {
      message: v.object({ text: v.pipe(v.string(), v.nonEmpty(), v.maxLength(MAX_TEXT_LENGTH)) }),
    },
    signals: {
      cursor: v.nullable(v.object({ x: fraction, y: fraction })),
    },
    presence: v.object({ app: v.picklist(["Vue", "Svelte", "Vanilla"]) }),
  },
});

/** The room that an address asks for: `?room=abc`, else (or when no channel could be called so) the lobby. */
export function roomOf(address: URL): string {
  const asked = address.searchParams.get("room") ?? "";
  return /^[\w.~-]{1,40}$/.test(asked) ? asked : "lobby";
}

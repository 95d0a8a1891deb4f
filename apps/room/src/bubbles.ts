/** Turns messages into what a chat shows of them. */
import type { PendingMessage, TimelineItem } from "@attune/core";
import { faceOf } from "./face.js";

/** One line of the chat. */
export type Bubble =
  | { readonly key: string; readonly type: "gap" }
  | {
      readonly key: string;
      readonly type: "message";
      readonly text: string;
      readonly author: string;
      readonly initials: string;
      readonly hue: number;
      readonly time: string;
      readonly isMine: boolean;
      /** Follows another one of the same author closely: needs no name again. */
      readonly isFollowUp: boolean;
      /** Absent once it is delivered. */
      readonly state: PendingMessage["state"] | undefined;
    };

type Item = TimelineItem<{ readonly text: string }>;
type User = { readonly userId: string; readonly name: string };

const FOLLOW_UP_MS = 120_000;
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** @param me who I am, once the server has said so */
export function toBubbles(items: readonly Item[], me: User | null | undefined): readonly Bubble[] {
  let previous: { userId: string; timestamp: number } | undefined;
  return items.map((item): Bubble => {
    if (item.type === "gap") {
      previous = undefined;
      return { key: item.key, type: "gap" };
    }
    // What waits in the outbox has no sender yet: it is mine.
    const author = (item.type === "pending" ? me : item.sender) ?? { userId: "", name: "You" };
    const { userId } = author;
    const isFollowUp = previous?.userId === userId && item.timestamp - previous.timestamp < FOLLOW_UP_MS;
    previous = { userId, timestamp: item.timestamp };
    return {
      key: item.key,
      type: "message",
      text: item.data.text,
      author: author.name,
      ...faceOf(author),
      time: clock.format(item.timestamp),
      isMine: item.type === "pending" || userId === me?.userId,
      isFollowUp,
      state: item.type === "pending" ? item.state : undefined,
    };
  });
}

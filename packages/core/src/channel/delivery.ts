/** Decides which messages of a channel reach the app: each once, in order, and a hole is never silent. */
import type { Attachment, Capabilities, IncomingMessage, Position } from "../driver.js";
import { createRecentIds } from "./recent-ids.js";
import { accept, caughtUp, cutAt } from "./sequence.js";
import type { Sequence } from "./sequence.js";

/** A message to deliver. `isNews` is false for the recent messages a first join begins with: they are shown, not announced. */
interface Delivered {
  readonly message: IncomingMessage;
  readonly isNews: boolean;
}

/** The delivery of one channel. */
export interface Delivery {
  /** Continue after this; `undefined` before anything was had. */
  readonly since: Position | undefined;
  /** Joined. Returns whether messages are missing. `isContinuing`: the app has listened without a break. */
  attached(attachment: Attachment, isContinuing: boolean): boolean;
  receive(messages: readonly IncomingMessage[]): { readonly delivered: readonly Delivered[]; readonly isHole: boolean };
  /** The backfill is complete. */
  live(): void;
  /** A message of mine that the provider does not echo. */
  isNew(id: string): boolean;
  had(id: string): boolean;
}

/** Makes the delivery of a channel that was never joined. */
export function createDelivery(recovery: Capabilities["recovery"]): Delivery {
  const ids = createRecentIds();
  let since: Position | undefined;
  let cut: Position | undefined;
  let sequence: Sequence | undefined;
  let wasJoined = false;
  let isShownOnly = false;

  function isRecent(message: IncomingMessage): boolean {
    if (!isShownOnly) return false;
    const at = message.position;
    return at?.epoch === undefined || cut?.epoch === undefined || at.offset <= cut.offset;
  }

  return {
    get since() {
      return since;
    },
    attached({ continuous, position }, isContinuing) {
      // Without recovery, coming back means that something may have been missed: nobody can tell.
      const isGap = !continuous || (wasJoined && recovery === "none");
      const after = continuous && since?.epoch !== undefined ? since.offset : undefined;
      wasJoined = true;
      cut = position;
      isShownOnly = !isContinuing;
      if (isGap) since = undefined;
      sequence =
        recovery === "offset" && position?.epoch !== undefined
          ? cutAt(position.epoch, position.offset, after)
          : undefined;
      return isGap;
    },
    receive(messages) {
      const delivered: Delivered[] = [];
      let isHole = false;
      for (const message of messages) {
        let ready: readonly IncomingMessage[] = [message];
        if (sequence) {
          const accepted = accept(sequence, message);
          sequence = accepted.sequence;
          ready = accepted.deliver;
          isHole = accepted.isHole;
        }
        for (const next of ready) {
          since = next.position ?? since;
          if (ids.add(next.id)) delivered.push({ message: next, isNews: !isRecent(next) });
        }
      }
      return { delivered, isHole };
    },
    live() {
      since ??= cut;
      isShownOnly = false;
      if (sequence) sequence = caughtUp(sequence);
    },
    isNew: ids.add,
    had: ids.has,
  };
}

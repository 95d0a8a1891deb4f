/** Puts counted messages in order: delivers each once, holds early ones back, and says when some are missing. */
import type { IncomingMessage } from "../driver.js";

/** How many early messages are held back; more than that, and the subscription is made anew instead. */
const MAX_HELD = 256;

/** Where a channel stands in the log. */
export interface Sequence {
  readonly epoch: string;
  /** The offset that comes next; unknown until the first message of a join that did not continue. */
  readonly next: number | undefined;
  /** The end of the log at the cut: a join that did not continue begins at most one after it. */
  readonly end: number;
  readonly held: readonly IncomingMessage[];
}

/** What came of a message: those to deliver now, in order, and whether a hole makes a new join necessary. */
export interface Accepted {
  readonly sequence: Sequence;
  readonly deliver: readonly IncomingMessage[];
  readonly isHole: boolean;
}

/** The sequence at a cut. `after`: the offset of the last message had, when the join continues from it. */
export function cutAt(epoch: string, end: number, after?: number): Sequence {
  return { epoch, end, next: after === undefined ? undefined : after + 1, held: [] };
}

/** The backfill is complete: what did not come by now was not there. */
export function caughtUp(sequence: Sequence): Sequence {
  return sequence.next === undefined ? { ...sequence, next: sequence.end + 1 } : sequence;
}

/** Takes one message in. One of another epoch is a leftover of an earlier subscription, and dropped. */
export function accept(sequence: Sequence, message: IncomingMessage): Accepted {
  const { next, held, end, epoch } = sequence;
  const offset = offsetOf(message);
  const nothing = { sequence, deliver: [], isHole: held.length > 0 };
  if (message.position?.epoch !== epoch) return nothing;
  if (next === undefined ? offset <= end + 1 : offset === next)
    return drain({ ...sequence, next: offset + 1 }, [message]);
  if (next !== undefined && offset < next) return nothing;
  if (held.some((early) => offsetOf(early) === offset)) return nothing;
  if (held.length >= MAX_HELD) return nothing;
  return { sequence: { ...sequence, held: [...held, message] }, deliver: [], isHole: true };
}

function drain(sequence: Sequence, deliver: IncomingMessage[]): Accepted {
  let { next } = sequence as { next: number };
  let held = sequence.held.filter((early) => offsetOf(early) >= next);
  for (let ready = held.find(isNext); ready; ready = held.find(isNext)) {
    deliver.push(ready);
    next += 1;
    held = held.filter((early) => early !== ready);
  }
  function isNext(early: IncomingMessage): boolean {
    return offsetOf(early) === next;
  }
  return { sequence: { ...sequence, next, held }, deliver, isHole: held.length > 0 };
}

function offsetOf(message: IncomingMessage): number {
  return message.position?.epoch === undefined ? 0 : message.position.offset;
}

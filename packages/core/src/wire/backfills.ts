/** Puts the pieces of joins together, as they come, by credit. */
import { fromWireEntry, fromWireMessage } from "@attune/protocol";
import type { Backfill, JoinedFrame } from "@attune/protocol";
import type { DriverHost } from "../driver.js";

interface Join {
  readonly channel: string;
  readonly epoch: string;
  readonly presence: Backfill["p"][number][];
  rev?: readonly [string, number];
}

/** The joins that are being filled. */
export interface Backfills {
  begin(frame: JoinedFrame): void;
  /** Hands over a piece, the first one too. */
  next(ref: number, piece: Backfill): void;
  /** Nobody waits for it any more. */
  drop(ref: number | undefined): void;
}

/** Makes an empty set. @param more asks for the next piece */
export function createBackfills(host: DriverHost, more: (ref: number) => void): Backfills {
  const joins = new Map<number | undefined, Join>();

  function next(ref: number, piece: Backfill): void {
    const join = joins.get(ref);
    if (!join) return;
    const { m } = piece;
    join.presence.push(...piece.p);
    // Entries come before messages, so with the first message, or at the end, the members are complete.
    if (join.rev && (m.length || !piece.more)) {
      const [epoch, revision] = join.rev;
      delete join.rev;
      host.presence(join.channel, { kind: "snapshot", epoch, revision, entries: join.presence.map(fromWireEntry) });
    }
    if (m.length)
      host.messages(
        join.channel,
        m.map((message) => fromWireMessage(join.epoch, message)),
      );
    if (piece.more) return more(ref);
    joins.delete(ref);
    host.live(join.channel);
  }

  return {
    begin: ({ r, c, pos, rev }) =>
      void joins.set(r, { channel: c, epoch: pos[0], presence: [], ...(rev ? { rev } : {}) }),
    next,
    drop: (ref) => void joins.delete(ref),
  };
}

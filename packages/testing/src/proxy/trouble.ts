/** What is wrong with one direction of a connection. */
import type { Random } from "@attune/protocol";

/** Read for every piece that passes, so that a change counts at once. */
export interface Trouble {
  isPaused: boolean;
  isSwallowing: boolean;
  delayMs: number;
  jitterMs: number;
  bytesPerSecond: number;
  /** Of each byte, to be changed. */
  corruptRate: number;
  /** How many of the next bytes are changed for certain. */
  corruptBytes: number;
}

/** Both directions. */
export interface Troubles {
  readonly up: Trouble;
  readonly down: Trouble;
}

/** Nothing is wrong. */
export const NO_TROUBLE: Readonly<Trouble> = {
  isPaused: false,
  isSwallowing: false,
  delayMs: 0,
  jitterMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  corruptRate: 0,
  corruptBytes: 0,
};

/** Starts from what is wrong with everybody. */
export function copyOf({ up, down }: Troubles): Troubles {
  return { up: { ...up }, down: { ...down } };
}

/** The bytes as they come out: some changed, if that is the trouble. The length stays. */
export function corrupted(piece: Buffer, trouble: Trouble, random: Random): Buffer {
  if (trouble.corruptBytes === 0 && trouble.corruptRate === 0) return piece;
  const changed = Buffer.from(piece);
  for (const [at, byte] of changed.entries()) {
    const isNext = trouble.corruptBytes > 0;
    if (isNext) trouble.corruptBytes -= 1;
    // From 1 to 255: a byte that is "changed" into itself would be none.
    if (isNext || random() < trouble.corruptRate) changed[at] = byte ^ (1 + Math.floor(random() * 255));
  }
  return changed;
}

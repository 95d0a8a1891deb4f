/** Packs the next piece of a backfill: rows of presence first, then messages, as many as fit. */
import { MAX_CHUNK_CHARS } from "@attune/protocol";
import type { StoredMessage } from "../broker/broker.js";
import type { PresenceRow } from "../presence/presence-row.js";
import type { Json } from "../wire/frame-text.js";

/** One piece. */
export interface Chunk {
  readonly rows: readonly Json[];
  readonly messages: readonly Json[];
}

/** What a frame has around its pieces at most: `,"m":[],"p":[],"more":false}`. */
const TAIL_CHARS = 32;

/**
 * Takes from the front of `rows`, then of `messages`, until the frame would grow past {@link MAX_CHUNK_CHARS}.
 *
 * A piece that is larger than that by itself travels alone, so something is always taken, unless the head alone is.
 *
 * @param headChars length of what stands before the pieces
 */
export function packChunk(headChars: number, rows: readonly PresenceRow[], messages: readonly StoredMessage[]): Chunk {
  const budget = MAX_CHUNK_CHARS - headChars - TAIL_CHARS;
  // A head that carries a large shared state travels alone.
  const takenRows = takeWithin(budget, rows, budget > 0);
  if (takenRows.texts.length < rows.length) return { rows: takenRows.texts, messages: [] };
  const takenMessages = takeWithin(takenRows.left, messages, takenRows.texts.length === 0 && budget > 0);
  return { rows: takenRows.texts, messages: takenMessages.texts };
}

/** Splits what goes out in one flush so that no frame grows past a piece's size, but for a single larger item. */
export function* inFrames(items: readonly { readonly json: Json }[]): Generator<Json[]> {
  let texts: Json[] = [];
  let chars = 0;
  for (const { json } of items) {
    if (texts.length > 0 && chars + json.length > MAX_CHUNK_CHARS) {
      yield texts;
      texts = [];
      chars = 0;
    }
    texts.push(json);
    chars += json.length;
  }
  yield texts;
}

function takeWithin(
  budget: number,
  items: readonly { readonly json: Json }[],
  mustTake: boolean,
): { texts: Json[]; left: number } {
  const texts: Json[] = [];
  let left = budget;
  for (const { json } of items) {
    if (json.length + 1 > left && (texts.length > 0 || !mustTake)) break;
    texts.push(json);
    left -= json.length + 1;
  }
  return { texts, left };
}

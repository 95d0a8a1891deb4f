/** Whether what Supabase replays after a loss is everything that was missed. */

/** Supabase never replays more than this (`@hard_limit` in lib/realtime/messages.ex). */
export const REPLAY_LIMIT = 25;

/** How long stored messages are kept: 72 hours (lib/realtime/messages.ex). */
export const REPLAY_WINDOW_MS: number = 72 * 3_600_000;

/** What is known of a channel that is joined again. */
export interface Before {
  /** Whether any message was had. */
  readonly hadAny: boolean;
  /** Whether a certain one was. */
  had(id: string): boolean;
  /** How long ago nothing was missing; beyond the window messages may have been forgotten. */
  readonly awayMs: number;
}

/**
 * Says whether nothing lies between what was had and a page of replayed messages.
 *
 * Something in the page that was had is the proof: that the server stores messages at all, and that the page reaches far enough back.
 * The oldest of a full page is no proof, because what arrived in another order may lie just before it. Where nothing was had, a page
 * that is not full holds all that there is.
 *
 * @param page ids, oldest first
 */
export function isCovered(page: readonly string[], { hadAny, had, awayMs }: Before): boolean {
  const isFull = page.length >= REPLAY_LIMIT;
  return awayMs < REPLAY_WINDOW_MS && (hadAny ? page.slice(+isFull).some(had) : !isFull);
}

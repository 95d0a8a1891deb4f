/** Whether what Supabase replays after a loss is everything that was missed. */

/** Supabase never replays more than this (`@hard_limit` in lib/realtime/messages.ex). */
export const REPLAY_LIMIT = 25;

/** How long stored messages are kept: 72 hours (lib/realtime/messages.ex). */
export const REPLAY_WINDOW_MS: number = 72 * 3_600_000;

/**
 * Says whether nothing lies between what was had and a page of replayed messages.
 *
 * Something in the page that was had is the proof: that the server stores messages at all, and that the page reaches far enough back.
 * The oldest of a full page is no proof, because what arrived in another order may lie just before it. Where nothing was had, a page
 * that is not full holds all that there is.
 *
 * @param page ids, oldest first
 * @param hadAny whether any message was had
 * @param had whether a certain one was
 * @param awayMs how long ago nothing was missing; beyond the window messages may have been forgotten
 */
export function isCovered(
  page: readonly string[],
  hadAny: boolean,
  had: ((id: string) => boolean) | undefined,
  awayMs: number,
): boolean {
  const isFull = page.length >= REPLAY_LIMIT;
  return awayMs < REPLAY_WINDOW_MS && (hadAny ? page.slice(+isFull).some((id) => had?.(id)) : !isFull);
}

/** Keeps `track()` under Supabase's limit: what is shown is the latest state, at the next moment that the limit allows. */
import type { Clock } from "@attune/protocol";

/** 5 presence calls in 30 s per channel, or Supabase closes the channel (client_presence_max_calls and its window, realtime_channel.ex). */
const MAX_CALLS = 5;
const WINDOW_MS = 30_000;
/** The server's clock may run a little slower, and the end of its window is still within. */
const MARGIN_MS = 100;

/** Shows states at the pace that is allowed. */
export interface PresencePace<T> {
  show(state: T): void;
  stop(): void;
}

/** Makes the pace of one joined channel. `track` says whether the state was taken; when one was not, the latest is shown again. */
export function createPresencePace<T>(clock: Clock, track: (state: T) => Promise<boolean>): PresencePace<T> {
  /** When each of the last calls was counted at the latest, latest first: once it was answered, that is known. */
  let calls: readonly { countedMs: number }[] = [];
  let latest: T;
  let isStopped = false;
  let cancel = (): void => {};

  function proceed(): void {
    cancel();
    const nowMs = clock.now();
    const waitMs = (calls[MAX_CALLS - 1]?.countedMs ?? -Infinity) + WINDOW_MS + MARGIN_MS - nowMs;
    if (waitMs > 0) {
      cancel = clock.after(waitMs, proceed);
      return;
    }
    const call = { countedMs: nowMs };
    calls = [call, ...calls].slice(0, MAX_CALLS);
    void track(latest).then((isTaken) => {
      call.countedMs = clock.now();
      if (!isTaken && !isStopped) proceed();
    });
  }

  return {
    show(state) {
      latest = state;
      proceed();
    },
    stop() {
      isStopped = true;
      cancel();
    },
  };
}

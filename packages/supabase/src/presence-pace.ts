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

/** Makes the pace of one joined channel. `track` says whether the state was taken; one that was not is shown again. */
export function createPresencePace<T>(clock: Clock, track: (state: T) => Promise<boolean>): PresencePace<T> {
  /** When each of the last calls was counted at the latest: once it was answered, that is known. */
  let calls: readonly { countedMs: number }[] = [];
  let isStopped = false;
  let waiting: { readonly state: T } | undefined;
  let cancel = (): void => {};

  function proceed(): void {
    cancel();
    if (!waiting) return;
    const nowMs = clock.now();
    const waitMs = (calls.at(-MAX_CALLS)?.countedMs ?? -Infinity) + WINDOW_MS + MARGIN_MS - nowMs;
    if (waitMs > 0) {
      cancel = clock.after(waitMs, proceed);
      return;
    }
    const { state } = waiting;
    waiting = undefined;
    const call = { countedMs: nowMs };
    calls = [...calls.slice(1 - MAX_CALLS), call];
    void track(state).then((isTaken) => {
      call.countedMs = clock.now();
      if (isTaken || isStopped) return;
      waiting ??= { state };
      proceed();
    });
  }

  return {
    show(state) {
      waiting = { state };
      proceed();
    },
    stop() {
      isStopped = true;
      waiting = undefined;
      cancel();
    },
  };
}

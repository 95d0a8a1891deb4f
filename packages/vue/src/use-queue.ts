/** The messages that are not yet acknowledged, as a composable. */
import type { OutboxRecord } from "@attune/core";
import { useAtom, type Value } from "./bridge.js";
import { useRealtime } from "./plugin.js";

/** What {@link useQueue} gives. */
export interface UseQueueReturn {
  /** Of all channels, oldest first. A `failed` one stays until `retry` or `discard`. */
  readonly queue: Value<readonly OutboxRecord[]>;
  /** Sends a failed message again, under the same id. */
  retry(id: string): void;
  /** Forgets a message that is not being sent. */
  discard(id: string): void;
}

/**
 * The outgoing queue: what waits, what is on its way, what failed.
 *
 * @throws {RealtimeError} `missing-context`
 * @example
 * ```ts
 * import { useQueue } from "@attune/vue";
 * const { queue, retry } = useQueue();
 * for (const { id, state } of queue.value) if (state === "failed") retry(id);
 * ```
 */
export function useQueue(): UseQueueReturn {
  const realtime = useRealtime();
  return {
    queue: useAtom(() => realtime.$queue),
    // Its outcome shows in `queue`; a promise handed to a template's handler would end in the framework's error handler.
    retry: (id) => void realtime.retry(id),
    discard: (id) => realtime.discard(id),
  };
}

/** Bounds how long the app's own code may take. */
import { type Clock, RealtimeError } from "@attune/protocol";
import type { MaybePromise } from "../broker/broker.js";

/**
 * Waits for a value, but not longer than `ms`.
 *
 * @param what names the work, for the message
 * @throws {RealtimeError} `timeout`
 */
export function withDeadline<T>(clock: Clock, ms: number, what: string, value: MaybePromise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(new RealtimeError("timeout", `${what} took longer than ${ms} ms.`)));
    Promise.resolve(value).then(resolve, reject).finally(cancel);
  });
}

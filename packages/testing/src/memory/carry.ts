/** Payloads cross the hub as JSON, so that tests see what a wire would leave of them. */

/** A copy as the other end of a wire gets it: nothing shared, dates as text, `undefined` dropped. */
export function carry<T>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}

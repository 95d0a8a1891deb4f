/** Does many things, some at a time. */

/** Below the 150 clients that our server admits at once, and quick for any server. */
const BATCH = 50;
/** Our server admits 1,000 clients a second. */
const BATCH_MS = 55;

/** Runs `open` for 0 to `count` - 1, some at a time, no faster than our server admits clients. */
export async function inBatches<T>(count: number, open: (index: number) => Promise<T>): Promise<T[]> {
  const opened: T[] = [];
  for (let from = 0; from < count; from += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - from) }, (_, index) => open(from + index));
    opened.push(...(await Promise.all(batch)));
    await new Promise((resolve) => setTimeout(resolve, BATCH_MS));
  }
  return opened;
}

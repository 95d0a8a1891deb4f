/** One read of a table's rows: answered, failed or given up. */
import { type Clock, isRealtimeError, RealtimeError } from "@attune/protocol";
import { toError } from "./errors.js";

/** What a read gives: rows, or an answer of supabase-js. */
export type ReadAnswer<Row> = readonly Row[] | { readonly data: readonly Row[] | null; readonly error: unknown };

/** A read that takes longer counts as failed: `fetch` has no limit of its own. */
const READ_LIMIT_MS = 30_000;

/** What a read needs. */
export interface SnapshotReadOptions<Row> {
  readonly clock: Clock;
  /** What is read, for errors. */
  readonly table: string;
  readonly read: (signal: AbortSignal) => PromiseLike<ReadAnswer<Row>>;
  onRows(rows: readonly Row[]): void;
  onFailed(error: RealtimeError): void;
}

/**
 * Reads.
 *
 * @returns gives it up: neither of the two is called back any more
 */
export function readSnapshot<Row>(options: SnapshotReadOptions<Row>): () => void {
  const { clock, table, read } = options;
  const abort = new AbortController();
  let isOver = false;

  const cancelLimit = clock.after(READ_LIMIT_MS, () => {
    fail(new RealtimeError("timeout", `"${table}" was not read within ${READ_LIMIT_MS / 1_000} s.`));
    abort.abort();
  });

  function end(): boolean {
    cancelLimit();
    const wasOver = isOver;
    isOver = true;
    return !wasOver;
  }

  function fail(cause: unknown): void {
    if (!end()) return;
    options.onFailed(isRealtimeError(cause) ? cause : toError(`Cannot read "${table}"`, cause, "internal-error"));
  }

  async function ask(): Promise<readonly Row[]> {
    const answer = await read(abort.signal);
    if (!("data" in answer)) return answer;
    if (answer.error) throw answer.error;
    return answer.data ?? [];
  }

  ask().then((rows) => {
    if (end()) options.onRows(rows);
  }, fail);

  return () => {
    end();
    abort.abort();
  };
}

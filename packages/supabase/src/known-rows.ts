/** The rows of a table as they are known: a snapshot, and changes on top of it. Pure. */
import type { RowChange } from "./row-change.js";

/** What a row is known by. Absent where a change does not say it. */
export type KeyOf<Row> = (row: Readonly<Partial<Row>>) => string | number | undefined;

/** How many deletions are remembered against changes that come late or twice. */
const MAX_GONE = 1_000;

/** Rows by their key as text, in the order of the snapshot, newer ones behind. */
export interface KnownRows<Row> {
  readonly rows: ReadonlyMap<string, Row>;
  /** When what is known of a row was committed; of the snapshot's rows that is not known. */
  readonly committed: ReadonlyMap<string, string>;
  /** When rows were deleted that are not here any more. */
  readonly gone: ReadonlyMap<string, string>;
}

/** The rows of a snapshot. `undefined` when one of them has no key. */
export function knownRows<Row>(snapshot: readonly Row[], keyOf: KeyOf<Row>): KnownRows<Row> | undefined {
  const keyed = snapshot.map((row) => [keyOf(row), row] as const);
  if (keyed.some(([key]) => key === undefined)) return undefined;
  // As text: what is a number in one answer of Supabase may be digits in another.
  return { rows: new Map(keyed.map(([key, row]) => [`${key}`, row])), committed: new Map(), gone: new Map() };
}

/** Whether a change says which row it is about. */
export function saysKey<Row>(change: RowChange<Row>, keyOf: KeyOf<Row>): boolean {
  return keyOf(change.type === "delete" ? change.old : change.new) !== undefined;
}

/**
 * The rows with changes on top, in the order that they came in. `rows` stays the same object when nothing in it changed.
 *
 * Changes may be in the snapshot already: the insert of a row that is known replaces it, the delete of one that is not does nothing,
 * and what was committed before that which is known is dropped.
 */
export function withChanges<Row>(
  known: KnownRows<Row>,
  changes: readonly RowChange<Row>[],
  keyOf: KeyOf<Row>,
): KnownRows<Row> {
  const rows = new Map(known.rows);
  const committed = new Map(known.committed);
  const gone = new Map(known.gone);
  let isChanged = false;

  const isOld = (key: string, at: string): boolean => at < (committed.get(key) ?? gone.get(key) ?? "");

  function remove(key: string, at: string): void {
    if (isOld(key, at)) return;
    if (rows.delete(key)) isChanged = true;
    committed.delete(key);
    gone.delete(key);
    gone.set(key, at);
    // A Map keeps insertion order, so the first is the oldest.
    if (gone.size > MAX_GONE) gone.delete(gone.keys().next().value as string);
  }

  function put(key: string, row: Row, at: string): void {
    if (isOld(key, at)) return;
    isChanged = true;
    rows.set(key, row);
    committed.set(key, at);
    gone.delete(key);
  }

  for (const change of changes) {
    const { commitTimestamp: at } = change;
    const now = change.new && keyOf(change.new);
    const before = change.old ? keyOf(change.old) : undefined;
    // An update may change the key itself.
    if (before !== undefined && `${before}` !== `${now}`) remove(`${before}`, at);
    if (change.new === null || now === undefined) continue;
    // A large value that an update left as it was is not in the change (`apply_rls`, unchanged TOAST).
    const kept = change.type === "update" ? rows.get(`${now}`) : undefined;
    put(`${now}`, { ...kept, ...change.new }, at);
  }
  return { rows: isChanged ? rows : known.rows, committed, gone };
}

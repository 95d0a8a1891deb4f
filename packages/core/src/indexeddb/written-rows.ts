/** The rows that one service has in the database. */
import type { OutboxRecord } from "../outbox/record.js";
import { toKept } from "../storage/kept-record.js";
import type { Database } from "./database.js";
import { deleteRow, putOwnRow, putRow } from "./rows.js";

/** What was written, and how to write more. */
export interface WrittenRows {
  readonly size: number;
  /** While it is away, the page has no lock, and others may take what it writes. */
  isAway: boolean;
  add(id: string): void;
  clear(): void;
  /** Whether it is written now. `taken`: another tab has it, or had it and sent it. */
  put(on: Database, record: OutboxRecord, isSure: boolean): Promise<boolean | "taken">;
  remove(on: Database, id: string): Promise<void>;
}

/** Starts with none. `settled` hears of each failure, and of what works again. */
export function createWrittenRows(
  owner: string,
  settled: (failure?: { readonly error: unknown }) => void,
): WrittenRows {
  const ids = new Set<string>();
  let isAway = false;
  /** It wrote something while it was away. */
  let isDoubtful = false;
  return {
    get size() {
      return ids.size;
    },
    get isAway() {
      return isAway;
    },
    set isAway(is) {
      isAway = is;
    },
    add: (id) => void ids.add(id),
    clear: () => ids.clear(),
    async put(on, record, isSure) {
      const { id } = record;
      const wasThere = ids.has(id);
      ids.add(id);
      isDoubtful ||= isAway;
      try {
        const row = { id, owner, record: toKept(record) };
        if (isSure && !isDoubtful) await putRow(on, row);
        else if (!(await putOwnRow(on, row, wasThere))) {
          ids.delete(id);
          return "taken";
        }
        settled();
        return true;
      } catch (error) {
        settled({ error });
        await deleteRow(on, id).catch(() => {});
        ids.delete(id);
        return false;
      }
    },
    async remove(on, id) {
      // What another tab has taken is not here any more.
      if (ids.delete(id)) await deleteRow(on, id).catch((error: unknown) => settled({ error }));
    },
  };
}

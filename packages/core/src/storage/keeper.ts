/** Keeps an outbox in a storage, and takes over what others left there. */
import { RealtimeError } from "@attune/protocol";
import { change } from "../outbox/entry.js";
import type { Entry } from "../outbox/entry.js";
import type { Keeper, Keeping, OutboxInside } from "../outbox/keeping.js";
import type { OutboxStorage } from "../outbox/outbox-storage.js";
import type { OutboxRecord } from "../outbox/record.js";

/**
 * Makes a storage of your own fit for `queue.storage`.
 *
 * @example
 * ```ts
 * import { createRealtime, type Driver } from "@attune/core";
 * import { keeper, type OutboxStorage } from "@attune/core/storage";
 * declare const driver: Driver;
 * declare const mine: OutboxStorage;
 * createRealtime({ driver, queue: { storage: keeper(mine) } });
 * ```
 */
export function keeper(storage: OutboxStorage): Keeper {
  return { open: (host) => storage.open(host), attach: (outbox) => attach(storage, outbox) };
}

function attach(storage: OutboxStorage, outbox: OutboxInside): Keeping {
  const { producer, clock, page, report, entries, lanes, isOpen, transact } = outbox;
  let isReady = false;
  const store = storage.open({
    ...{ owner: producer, clock, page, report },
    adopt: (records) => transact(() => adopt(records)),
  });
  void store.ready
    .catch((cause: unknown) => report(new RealtimeError("storage-failed", "The storage is not ready.", { cause })))
    // Even so: messages wait in memory then, and are sent from there.
    .then(() => {
      isReady = true;
      transact(outbox.flush);
    });

  const unknown = (entry: Entry): void => outbox.fail(entry, "outcome-unknown", "may have been sent by another page");

  /** Their publishers are gone: notices and `$queue` tell what becomes of them. */
  function adopt(records: readonly OutboxRecord[]): void {
    const adopted = inTurn(records.filter(({ id }) => !entries.has(id))).map(toEntry);
    for (const entry of adopted) {
      if (entry.record.state === "failed") entries.set(entry.record.id, entry);
      else outbox.enqueue(entry);
    }
    // Both begin with the producer.
    ownLast(entries, producer);
    ownLast(lanes, producer);
    for (const entry of adopted.filter(isOpen)) {
      if (entry.wasSent && !outbox.dedupe) unknown(entry);
      else outbox.assign(entry);
    }
    outbox.makeRoom(outbox.queue.max);
    if (adopted.some(isOpen)) outbox.onAdopted();
    outbox.flush();
  }

  return {
    get isReady() {
      return isReady;
    },
    async keep(entry) {
      const { record, wasSent, isTaken } = entry;
      if (isTaken) return;
      // Called back from a lost connection it waits again, and may have arrived all the same.
      const state = wasSent && record.state === "queued" ? "sending" : record.state;
      let isKept: boolean | "taken" = false;
      try {
        isKept = await store.put({ ...record, state });
      } catch (error) {
        report(error);
      }
      if (isKept === "taken") {
        entry.isTaken = true;
        // This page slept, and was taken for gone: both send it only where the provider knows the repeat.
        if (!outbox.dedupe && isOpen(entry)) unknown(entry);
      } else if (entries.get(record.id) !== entry || entry.record.isKept === isKept) return;
      else change(entry, { isKept });
      transact(outbox.flush);
    },
    forget: (id) => void store.remove(id).catch(report),
    close: () => store.close(),
  };
}

/** What a page wrote in its order, and the pages by their age: a clock that was set back between two lives mixes nothing up within one. */
function inTurn(records: readonly OutboxRecord[]): readonly OutboxRecord[] {
  const began = new Map<string, number>();
  const ageOf = ({ producer }: OutboxRecord): number => began.get(producer) as number;
  const inOrder = [...records].sort((a, b) => b.sequence - a.sequence);
  // The oldest of a page comes last.
  for (const { producer, createdAtMs } of inOrder) began.set(producer, createdAtMs);
  return inOrder.reverse().sort((a, b) => ageOf(a) - ageOf(b));
}

function toEntry(record: OutboxRecord): Entry {
  const { sequence, state } = record;
  return {
    ...{ sequence, tries: 0, wasSent: state === "sending" },
    record: { ...record, state: state === "failed" ? state : "queued", isKept: true },
    ...{ check() {}, resolve() {}, reject() {} },
  };
}

/** Older ones have their turn first: those that this service wrote itself go to the end. */
function ownLast<V>(map: Map<string, V>, producer: string): void {
  for (const [key, value] of [...map]) {
    if (!key.startsWith(producer)) continue;
    map.delete(key);
    map.set(key, value);
  }
}

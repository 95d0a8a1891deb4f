/** What a browser keeps of the outbox between two lives of a tab: writing takes time, and a kill in between has written nothing. */
import { fromKept, keeper, toKept } from "@attune/core/storage";
import type { Keeper, OutboxRecord, StorageHost } from "@attune/core/storage";
import type { SimulatedProcess } from "./simulated-process.js";
import type { World } from "./world.js";

const MAX_WRITE_MS = 20;
/** To open it and look around may take longer than to connect. */
const MAX_OPEN_MS = 1_500;

/** The disk of one tab. */
export class ClientDisk {
  readonly #world: World;
  readonly #rows = new Map<string, { owner: string; readonly text: string }>();
  readonly #owners = new Map<string, SimulatedProcess>();

  constructor(world: World) {
    this.#world = world;
  }

  /** The data of what is kept, which is what a test knows it by. */
  get data(): readonly unknown[] {
    return [...this.#rows.values()].map(({ text }) => read(text).data);
  }

  /** The storage, as one process has it open. */
  open(process: SimulatedProcess): Keeper {
    const write = (run: () => void, maxMs = MAX_WRITE_MS): Promise<void> =>
      new Promise((resolve) => {
        process.clock.after(this.#world.between(0, maxMs), () => {
          run();
          resolve();
        });
      });
    return keeper({
      open: (host) => {
        const { owner } = host;
        this.#owners.set(owner, process);
        return {
          ready: write(() => this.#offer(host), MAX_OPEN_MS),
          put: async (record) => {
            const text = JSON.stringify(toKept(record));
            await write(() => this.#rows.set(record.id, { owner, text }));
            return true;
          },
          remove: (id) => write(() => void (this.#rows.get(id)?.owner === owner && this.#rows.delete(id))),
          close: () => void this.#owners.delete(owner),
        };
      },
    });
  }

  #offer(host: StorageHost): void {
    const left = [...this.#rows.values()].filter(({ owner }) => this.#owners.get(owner)?.isDead ?? true);
    for (const row of left) row.owner = host.owner;
    host.adopt(left.map(({ text }) => read(text)));
  }
}

/** What this app wrote down it can read: nothing on this disk goes bad. */
function read(text: string): OutboxRecord {
  const record = fromKept(JSON.parse(text));
  if (!record) throw new Error(`A record that was written cannot be read: ${text}`);
  return record;
}

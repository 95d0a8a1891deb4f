/** Tabs that share a storage, and can be killed: from then on nothing of them reaches it. */
import type { Ack, RealtimeOptions } from "@attune/core";
import { keeper, memoryStorage, type OutboxStorage, type OutboxStore } from "@attune/core/storage";
import type { MemoryDriverOptions } from "@attune/testing";
import { type Client, createWorld, NEWS, type World } from "./world.js";

export interface Tab extends Client {
  /** As the end of its process would: no goodbye, nothing is written any more, and its locks are free. */
  kill(): void;
}

export interface TabWorld extends World {
  /** Opens one as this user. */
  open(user: string, queue?: RealtimeOptions["queue"], provider?: MemoryDriverOptions): Tab;
}

/** A page can be killed; its storage is closed by the browser. */
function killable(storage: OutboxStorage): { readonly storage: OutboxStorage; kill(): void } {
  const stores: OutboxStore[] = [];
  let isDead = false;
  const never = new Promise<never>(() => {});
  return {
    storage: {
      open(host) {
        const store = storage.open({ ...host, adopt: (records) => isDead || host.adopt(records) });
        stores.push(store);
        return {
          ready: store.ready,
          put: (record) => (isDead ? never : store.put(record)),
          remove: (id) => (isDead ? never : store.remove(id)),
          close: () => isDead || store.close(),
        };
      },
    },
    kill() {
      isDead = true;
      for (const store of stores) store.close();
    },
  };
}

/** Tabs over one hub and one storage. */
export function createTabs({
  storage = memoryStorage(),
  ...options
}: {
  readonly storage?: OutboxStorage;
  readonly latencyMs?: number;
} = {}): TabWorld {
  const world = createWorld(options);
  let tabs = 0;
  return {
    ...world,
    open(user, queue, provider) {
      tabs += 1;
      const name = `${user}, tab ${tabs}`;
      const life = killable(storage);
      const client = world.client(name, {
        provider: { user: { userId: user, name: user }, ...provider },
        queue: { storage: keeper(life.storage), ...queue },
      });
      return {
        ...client,
        kill() {
          life.kill();
          client.env.network.set(false);
          client.realtime.dispose();
        },
      };
    },
  };
}

/** A tab that is offline, and writes. */
export function offline(tab: Tab, ...texts: unknown[]): Tab {
  tab.env.network.set(false);
  for (const text of texts) void tab.realtime.publish(NEWS, "headline", text);
  return tab;
}

export const statesIn = ({ realtime }: Tab): string[] =>
  realtime.$queue.get().map(({ data, state }) => `${data} ${state}`);

export const areKept = ({ realtime }: Tab): boolean[] => realtime.$queue.get().map(({ isKept }) => isKept);

/** What was delivered, in order. */
export const deliveredBy = ({ hub }: Pick<World, "hub">, channel: string = NEWS): unknown[] =>
  hub.messages(channel).map(({ data }) => data);

/** Data and code of each message that fails from now on. */
export function failuresIn({ realtime }: Tab): unknown[] {
  const failures: unknown[] = [];
  realtime.on("message_failed", ({ data, error }) => failures.push([data, error?.code]));
  return failures;
}

export const codeOf = (publish: Promise<Ack>): Promise<string> =>
  publish.then(
    () => "acked",
    (error) => error.code,
  );

/** A process with some of the soak's clients: they publish, and write down what they are given. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { nowMs } from "../now.js";
import { sleep } from "../sleep.js";
import { connectAttune } from "../soak/clients/attune-client.js";
import type { SoakClient, SoakEvents } from "../soak/clients/soak-client.js";
import { connectSocketio } from "../soak/clients/socketio-client.js";
import { type Journal, openJournal } from "../soak/run/journal.js";
import { CHANNEL, SYSTEMS, type SystemName } from "../soak/system.js";

/** One client: where it connects, and how far its clock is off. */
export interface Placed {
  readonly name: string;
  readonly port: number;
  readonly skewMs: number;
}

/** What to start. */
export interface GroupOptions {
  readonly system: SystemName;
  readonly clients: readonly Placed[];
  readonly file: string;
  /** Whether this process will be killed; then it says each thing at once. */
  readonly isMortal: boolean;
  /** Which life of these clients it is: ids of messages have it in them. */
  readonly life: number;
}

/** How far a group is. */
export interface GroupState {
  readonly published: number;
  readonly unsettled: number;
  readonly delivered: number;
  readonly isLive: boolean;
}

const clients = new Map<string, SoakClient>();
const counts = { published: 0, unsettled: 0, delivered: 0 };
let journal: Journal;
let life = 1;
let isPublishing = false;

function eventsOf(name: string, isMortal: boolean): SoakEvents {
  let shown = new Set<string>();
  const about = { subscriber: name, channel: CHANNEL };
  const seen = { observer: name, channel: CHANNEL };
  return {
    joined: () => journal.write({ type: "joined", ...about }),
    delivered(id) {
      counts.delivered += 1;
      journal.write({ type: "delivered", ...about, id });
    },
    gap: () => journal.write({ type: "gap", ...about }),
    live: (isLive) => journal.write({ type: isLive ? "watching" : "blind", ...seen }),
    members(userIds) {
      if (isMortal) return;
      const next = new Set(userIds);
      for (const member of next) if (!shown.has(member)) journal.write({ type: "saw-join", ...seen, member });
      for (const member of shown) if (!next.has(member)) journal.write({ type: "saw-leave", ...seen, member });
      shown = next;
    },
    reconnected: () => journal.write({ type: "reconnected", client: name }),
    failed: (what) => journal.write({ type: "told", client: name, what }),
  };
}

function publish(client: SoakClient, name: string, n: number): void {
  const about = { client: `${name}#${life}`, channel: CHANNEL, id: `${name}#${life}:${n}` };
  journal.write({ type: "published", ...about });
  counts.published += 1;
  counts.unsettled += 1;
  const settle = (type: "acked" | "failed"): void => {
    counts.unsettled -= 1;
    journal.write({ type, ...about });
  };
  client.publish(about.id).then(
    () => settle("acked"),
    (error: { readonly code?: string; readonly message?: string }) => {
      settle("failed");
      journal.write({ type: "told", client: name, what: `rejected: ${error.code ?? error.message}` });
    },
  );
}

async function publishAll(client: SoakClient, name: string, paceMs: number, phase: number): Promise<void> {
  const startedMs = nowMs() + phase * paceMs;
  for (let n = 1; ; n++) {
    await sleep(Math.max(0, startedMs + n * paceMs - nowMs()));
    if (!isPublishing) return;
    publish(client, name, n);
  }
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

export const handlers = {
  start(options: GroupOptions): void {
    const { system, file, isMortal } = options;
    life = options.life;
    journal = openJournal(file, isMortal);
    const connect = SYSTEMS[system].isOurs ? connectAttune : connectSocketio;
    for (const { name, port, skewMs } of options.clients) {
      // Also after a life that had no time to say so.
      journal.write({ type: "blind", observer: name, channel: CHANNEL });
      clients.set(name, connect({ system: SYSTEMS[system], port, name, skewMs, events: eventsOf(name, isMortal) }));
    }
  },
  /** Every client publishes at this pace, in turn, until `stop`. */
  begin(paceMs: number): void {
    isPublishing = true;
    for (const [index, [name, client]] of [...clients].entries())
      void publishAll(client, name, paceMs, index / clients.size);
  },
  stop(): void {
    isPublishing = false;
  },
  state(): GroupState {
    return { ...counts, isLive: [...clients.values()].every((client) => client.isLive()) };
  },
  /** Bytes in use, after a collection. */
  async heap(): Promise<number> {
    collect();
    await sleep(0);
    collect();
    return process.memoryUsage().heapUsed;
  },
  /** Writes what is left to write. Clients say goodbye after it, where nobody writes any more. */
  finish(): void {
    journal.close();
    journal = { write() {}, close() {} };
    for (const client of clients.values()) client.end();
  },
};

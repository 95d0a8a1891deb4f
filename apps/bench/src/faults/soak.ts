/** Publishes from several clients while their connections are cut, and has the history of it judged. */
import { checkHistory, startFaultProxy, type HistoryEvent, type HistoryVerdict, seededRandom } from "@attune/testing";
import { type Client, type ClientSystem, connectClient } from "../clients/client.js";
import { nowMs } from "../now.js";
import { Samples } from "../samples.js";
import { sleep } from "../sleep.js";

/** What to do. */
export interface SoakOptions {
  readonly system: ClientSystem;
  /** Of the server; clients come through a proxy. */
  readonly port: number;
  readonly seed: number;
  readonly publishes: number;
  /** Between two publishes of one client. */
  readonly paceMs: number;
}

/** What it came to. */
export interface SoakResult {
  readonly verdict: HistoryVerdict;
  readonly cuts: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** From the last publish, when the cuts end, to the last thing that happened. */
  readonly drainMs: number;
}

const CLIENTS = ["ada", "bob", "cyd", "dan"];
const CHANNEL = "room";
const CUT_MS = { min: 100, max: 300 };
/** When nothing has happened for so long, nothing will. */
const SILENCE_MS = 1_500;
const MAX_DRAIN_MS = 15_000;

/** Runs it. Everything but the server is in this process. */
export async function soak({ system, port, seed, publishes, paceMs }: SoakOptions): Promise<SoakResult> {
  const proxy = await startFaultProxy({ target: { port }, random: seededRandom(seed) });
  const history: HistoryEvent[] = [];
  const latencies = new Samples();
  let lastMs = nowMs();

  function note(event: HistoryEvent): void {
    history.push(event);
    lastMs = nowMs();
  }

  const connect = async (name: string): Promise<Client> => {
    const client = await connectClient(system, {
      port: proxy.port,
      name,
      onMessage({ t, pad }) {
        note({ type: "delivered", subscriber: name, channel: CHANNEL, id: pad });
        latencies.add(nowMs() - t);
      },
      onGap: () => note({ type: "gap", subscriber: name, channel: CHANNEL }),
    });
    note({ type: "joined", subscriber: name, channel: CHANNEL });
    return client;
  };

  function publish(client: Client, name: string, n: number): void {
    const id = `${name}:${n}`;
    const about = { client: name, channel: CHANNEL, id };
    note({ type: "published", ...about });
    client.publish({ n, t: nowMs(), pad: id }).then(
      () => note({ type: "acked", ...about }),
      () => note({ type: "failed", ...about }),
    );
  }

  async function publishAll(client: Client, name: string): Promise<void> {
    const startedMs = nowMs();
    for (let n = 1; n <= publishes / CLIENTS.length; n++) {
      publish(client, name, n);
      await sleep(Math.max(0, startedMs + n * paceMs - nowMs()));
    }
  }

  const clients = await Promise.all(CLIENTS.map(connect));
  const stopCutting = proxy.cutEvery(CUT_MS.min, CUT_MS.max, "either");
  await Promise.all(clients.map((client, index) => publishAll(client, CLIENTS[index] as string)));
  stopCutting();
  const stoppedMs = nowMs();
  // Four copies and an ack of each message, and the four who joined: nothing more can come.
  const all = clients.length + publishes * (2 + clients.length);
  const isOver = () => history.length >= all || nowMs() - Math.max(lastMs, stoppedMs) > SILENCE_MS;
  while (!isOver() && nowMs() - stoppedMs < MAX_DRAIN_MS) await sleep(10);
  const drainMs = Math.max(0, lastMs - stoppedMs);
  for (const client of clients) client.end();
  const cuts = proxy.log.filter(({ what }) => what === "reset" || what === "cut").length;
  await proxy.close();
  const { p50, p99 } = latencies.percentiles();
  return { verdict: checkHistory(history), cuts, p50Ms: p50, p99Ms: p99, drainMs };
}

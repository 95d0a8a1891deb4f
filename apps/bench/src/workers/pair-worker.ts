/** Two clients in one process: one sends, now and then, and the other one hears it. */
import { type Client, type ClientSystem, connectClient } from "../clients/client.js";
import { nowMs } from "../now.js";
import { type Percentiles, Samples } from "../samples.js";
import { toMessage } from "../servers/bench-server.js";
import { sleep } from "../sleep.js";

/** Between two messages: long enough for everything to be idle again, and never in step with anything. */
const PAUSE_MS = { min: 8, max: 20 };

const latencies = new Samples();
let sender: Client;
let heard: () => void = () => {};

/** Sends one message and waits until it is heard. */
async function ring(n: number): Promise<void> {
  const hearing = new Promise<void>((resolve) => {
    heard = resolve;
  });
  void sender.publish(toMessage(n, nowMs()));
  await hearing;
}

export const handlers = {
  async connect({ system, port }: { readonly system: ClientSystem; readonly port: number }): Promise<void> {
    const onMessage = ({ t }: { readonly t: number }) => {
      latencies.add(nowMs() - t);
      heard();
    };
    sender = await connectClient(system, { port, name: "ada", onMessage: () => {} });
    await connectClient(system, { port, name: "bob", onMessage });
  },
  /** Lets the compilers of all processes do their work. */
  async warmUp(count: number): Promise<void> {
    for (let n = 1; n <= count; n++) await ring(n);
  },
  /** @returns latencies from the call that sends to the callback that hears */
  async measure(count: number): Promise<Percentiles> {
    latencies.reset();
    for (let n = 1; n <= count; n++) {
      await ring(n);
      await sleep(PAUSE_MS.min + Math.random() * (PAUSE_MS.max - PAUSE_MS.min));
    }
    return latencies.percentiles();
  },
};

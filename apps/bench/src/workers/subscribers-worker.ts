/** The process with all subscribers of the fan-out: checks and times what each of them gets. */
import { connect } from "node:net";
import { connectSubscriber } from "../fan-out/connect-subscriber.js";
import { createSequenceCheck, type Faults } from "../fan-out/receiver.js";
import { inBatches } from "../in-batches.js";
import { nowMs } from "../now.js";
import { type Percentiles, Samples } from "../samples.js";
import type { BenchMessage, System } from "../servers/bench-server.js";

/** Whom to connect, and where. */
export interface SubscribersChoice {
  readonly system: System;
  readonly port: number;
  readonly tokenPort: number;
  readonly count: number;
}

const latencies = new Samples();
const faults: Faults = { lost: 0, doubled: 0, reordered: 0 };

/** Counts how many have got each message, and reports those that everybody has. */
function createTally(everybody: number, tokenPort: number): (n: number) => void {
  const socket = connect({ port: tokenPort, host: "127.0.0.1", noDelay: true });
  const got = new Map<number, number>();
  let tokens = 0;

  function report(): void {
    socket.write(Buffer.alloc(tokens));
    tokens = 0;
  }

  return (n) => {
    const count = (got.get(n) ?? 0) + 1;
    if (count < everybody) {
      got.set(n, count);
      return;
    }
    got.delete(n);
    // Messages that are complete at the same time are reported at the same time.
    if (tokens++ === 0) queueMicrotask(report);
  };
}

export const handlers = {
  async connect({ system, port, tokenPort, count }: SubscribersChoice): Promise<void> {
    const tally = createTally(count, tokenPort);
    await inBatches(count, () => {
      const check = createSequenceCheck(faults);
      const take = (messages: readonly BenchMessage[]) => {
        const atMs = nowMs();
        for (const { n, t } of messages) {
          check(n);
          latencies.add(atMs - t);
          tally(n);
        }
      };
      return connectSubscriber(system, port, take);
    });
  },
  reset(): void {
    latencies.reset();
  },
  measured(): { latency: Percentiles; faults: Faults } {
    return { latency: latencies.percentiles(), faults };
  },
};

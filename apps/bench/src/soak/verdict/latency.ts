/** How long acknowledgements and deliveries took: of all, and of those whom nothing was wrong with meanwhile. Pure. */
import { Samples } from "../../samples.js";
import type { SoakRecord } from "../run/run-soak.js";
import { unwellIn } from "./absences.js";
import { touches } from "./spans.js";

/** In milliseconds. */
export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Each over the whole run, and while healthy. */
export interface Latencies {
  readonly ack: Latency;
  readonly delivery: Latency;
  readonly healthyAck: Latency;
  readonly healthyDelivery: Latency;
}

export function latenciesOf(record: SoakRecord): Latencies {
  const unwell = unwellIn(record);
  const isWell = (client: string, fromMs: number, untilMs: number): boolean =>
    !touches(unwell.get(client) ?? [], fromMs, untilMs);
  const published = new Map<string, { readonly atMs: number; readonly name: string }>();
  const samples = {
    ack: new Samples(),
    delivery: new Samples(),
    healthyAck: new Samples(),
    healthyDelivery: new Samples(),
  };
  for (const event of record.events) {
    if (event.type === "published") {
      published.set(event.id, { atMs: event.atMs, name: event.client.split("#")[0] ?? "" });
    }
    if (event.type !== "acked" && event.type !== "delivered") continue;
    const from = published.get(event.id);
    if (!from) continue;
    const ms = event.atMs - from.atMs;
    const isAck = event.type === "acked";
    samples[isAck ? "ack" : "delivery"].add(ms);
    const ends = "subscriber" in event ? [from.name, event.subscriber] : [from.name];
    const isHealthy = ends.every((client) => isWell(client, from.atMs, event.atMs));
    if (isHealthy) samples[isAck ? "healthyAck" : "healthyDelivery"].add(ms);
  }
  const of = (name: keyof typeof samples): Latency => {
    const { p50, p99 } = samples[name].percentiles();
    return { p50Ms: p50, p99Ms: p99 };
  };
  return {
    ack: of("ack"),
    delivery: of("delivery"),
    healthyAck: of("healthyAck"),
    healthyDelivery: of("healthyDelivery"),
  };
}

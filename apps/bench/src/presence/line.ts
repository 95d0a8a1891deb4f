/** A client's own way to the server, which is cut again and again, or falls silent. */
import type { Random } from "@attune/protocol";
import { between, type FaultProxy, startFaultProxy } from "@attune/testing";
import { nowMs } from "../now.js";
import { sleep } from "../sleep.js";
import type { PresenceClient } from "./clients/presence-client.js";

/** A client behind a proxy of its own. */
export interface Line {
  readonly proxy: FaultProxy;
  readonly client: PresenceClient;
}

/** Long enough for a channel to be quiet again, and never in step with the others. */
const PAUSE_MS = { min: 100, max: 500 };
const POLL_MS = 5;
/** Who is not back after so long is not coming. */
const LOST_MS = 30_000;

/** Opens the way, then the client that takes it. */
export async function openLine(port: number, connect: (port: number) => Promise<PresenceClient>): Promise<Line> {
  const proxy = await startFaultProxy({ target: { port } });
  return { proxy, client: await connect(proxy.port) };
}

/** Resets the connection so many times, each time once the client is back. @returns how long it was away, each time */
export async function flap({ proxy, client }: Line, times: number, random: Random): Promise<readonly number[]> {
  const awayMs: number[] = [];
  for (let count = 0; count < times; count++) {
    await sleep(between(random, PAUSE_MS.min, PAUSE_MS.max));
    const accepted = proxy.accepted;
    const cutMs = nowMs();
    await proxy.reset();
    while (proxy.accepted === accepted || !client.isLive()) {
      if (nowMs() - cutMs > LOST_MS) throw new Error("A client that was cut off did not come back.");
      await sleep(POLL_MS);
    }
    awayMs.push(nowMs() - cutMs);
  }
  return awayMs;
}

/** The process of those who come and go, one at a time: nothing but their own work delays what they are shown. */
import type { ClientSystem } from "../clients/client.js";
import { nowMs } from "../now.js";
import { connectPresenceClient } from "../presence/clients/connect.js";
import type { PresenceClient } from "../presence/clients/presence-client.js";
import { countWireBytes, type WireBytes } from "../presence/wire-bytes.js";

/** Who comes, and where. */
export interface NewcomerChoice {
  readonly system: ClientSystem;
  readonly port: number;
  readonly name: string;
}

/** An entry: when it was asked for, and what came of it. */
export interface Entry {
  readonly calledMs: number;
  readonly tookMs: number;
  readonly bytes: WireBytes;
  /** Members shown at that moment. */
  readonly shown: number;
}

const bytesSoFar = countWireBytes();
let client: PresenceClient;

export const handlers = {
  async connect(choice: NewcomerChoice): Promise<void> {
    client = await connectPresenceClient({ ...choice, onNews() {} });
  },
  async enter(): Promise<Entry> {
    const before = bytesSoFar();
    const calledMs = nowMs();
    await client.enter();
    const tookMs = nowMs() - calledMs;
    const after = bytesSoFar();
    return {
      calledMs,
      tookMs,
      bytes: { down: after.down - before.down, up: after.up - before.up },
      shown: client.shown(),
    };
  },
  /** @returns when it was asked for */
  leave(): number {
    const calledMs = nowMs();
    client.end();
    return calledMs;
  },
};

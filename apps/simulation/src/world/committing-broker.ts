/** A broker that takes time to write, as one with a disk does: a process that is killed meanwhile has stored nothing. */
import type { AppendResult, BrokerNode, NewMessage } from "@attune/server/core";
import type { SimulatedProcess } from "./simulated-process.js";
import type { VirtualTime } from "./virtual-time.js";

/** What the broker says when it cannot write. */
export const WRITE_ERROR: Error = new Error("The disk is full.");

/** How the next write goes. */
export interface Disk {
  /** How long it takes; 0 answers at once, as a broker in memory does. */
  commitMs(): number;
  fails(): boolean;
}

/** Gives a server process its access to a log that outlives it. */
export function committingNode(node: BrokerNode, time: VirtualTime, process: SimulatedProcess, disk: Disk): BrokerNode {
  let lastDueMs = 0;
  const append = (channel: string, message: NewMessage): AppendResult | Promise<AppendResult> => {
    if (disk.fails()) return Promise.reject(WRITE_ERROR);
    const waitMs = disk.commitMs();
    const { nowMs } = time;
    if (waitMs === 0 && lastDueMs <= nowMs) return node.append(channel, message) as AppendResult;
    // One log, one order: what is written later is stored later.
    lastDueMs = Math.max(lastDueMs, nowMs + waitMs);
    return new Promise((resolve) => {
      process.clock.after(lastDueMs - nowMs, () => resolve(node.append(channel, message)));
    });
  };
  return {
    open: (channel, listener) => node.open(channel, listener),
    close: (channel) => node.close(channel),
    append,
    readState: (channel: string, initial?: string) => node.readState(channel, initial as string),
    writeState: (channel, write) => node.writeState(channel, write),
    recallState: (channel, link) => node.recallState(channel, link),
    recall: (channel, link) => node.recall(channel, link),
    read: (channel, range) => node.read(channel, range),
    shareRows: (channel, change) => node.shareRows(channel, change),
    relaySignals: (channel, change) => node.relaySignals(channel, change),
    leave: () => node.leave(),
  };
}

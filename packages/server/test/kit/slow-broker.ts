/** A broker that takes its time, as one across a network does: answers and deliveries come late, each kind in its order. */
import type { Broker, BrokerNode, ChannelListener, MaybePromise } from "../../src/core.js";
import type { ManualClock } from "./manual-clock.js";

/** @param delayMs how long the next answer takes; deliveries take as long, or `deliveryMs` */
export function slowBroker(
  inner: Broker,
  clock: ManualClock,
  delayMs: () => number,
  deliveryMs: () => number = delayMs,
): Broker {
  const late = <T>(value: MaybePromise<T>): Promise<T> =>
    new Promise((resolve) => void clock.after(delayMs(), () => resolve(value)));
  return {
    connect(): BrokerNode {
      const node = inner.connect();
      return {
        open: (channel, listener) => late(node.open(channel, inOrder(listener, clock, deliveryMs))),
        close: (channel) => node.close(channel),
        append: (channel, message) => late(node.append(channel, message)),
        recall: (channel, link) => late(node.recall(channel, link)),
        // Read when asked, answered later: the log goes on meanwhile.
        read: (channel, range) => late(node.read(channel, range)),
        readState: ((channel: string, initial?: string) =>
          late(node.readState(channel, initial))) as BrokerNode["readState"],
        writeState: (channel, write) => late(node.writeState(channel, write)),
        recallState: (channel, link) => late(node.recallState(channel, link)),
        shareRows: (channel, change) => node.shareRows(channel, change),
        relaySignals: (channel, change) => node.relaySignals(channel, change),
        leave: () => node.leave(),
      };
    },
  };
}

function inOrder(listener: ChannelListener, clock: ManualClock, delayMs: () => number): ChannelListener {
  const waiting: (() => void)[] = [];
  const deliver = (run: () => void): void => {
    waiting.push(run);
    clock.after(delayMs(), () => waiting.shift()?.());
  };
  return {
    appended: (message) => deliver(() => listener.appended(message)),
    stateChanged: (change) => deliver(() => listener.stateChanged(change)),
    rowsChanged: (change) => deliver(() => listener.rowsChanged(change)),
    signalled: (change) => deliver(() => listener.signalled(change)),
    ended: () => deliver(() => listener.ended()),
  };
}

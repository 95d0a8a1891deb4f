/** The memory broker, but its answers take their time, as those of a disk do. */
import { type Broker, type BrokerNode, createMemoryBroker, type MaybePromise } from "@attune/server/core";
import type { LoopbackWorld } from "./loopback-world.js";

export function slowBroker(world: () => LoopbackWorld | undefined): Broker {
  const late = <T>(value: MaybePromise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const { clock, random } = world() as LoopbackWorld;
      clock.after(1 + Math.floor(random() * 15), () => Promise.resolve(value).then(resolve, reject));
    });
  let ids = 0;
  let inner: Broker | undefined;
  const make = (): Broker => {
    const clock = {
      now: () => world()?.clock.now() ?? 0,
      after: (ms: number, run: () => void) => (world() as LoopbackWorld).clock.after(ms, run),
    };
    return createMemoryBroker({ env: { clock, uptimeMs: () => clock.now(), id: () => `epoch${++ids}` } });
  };
  return {
    connect(): BrokerNode {
      inner ??= make();
      const node = inner.connect();
      return {
        open: (channel, listener) => late(node.open(channel, listener)),
        close: (channel) => node.close(channel),
        append: (channel, message) => late(node.append(channel, message)),
        recall: (channel, link) => late(node.recall(channel, link)),
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

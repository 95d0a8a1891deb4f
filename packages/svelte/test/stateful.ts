/** A provider with shared state, for the bridge: one value on one channel, whose topic every change replaces. */
import type { Driver, DriverHost, StateSnapshot } from "@attune/core/driver";

export function stateful(driver: Driver, value: unknown): Driver {
  let snapshot: StateSnapshot = { kind: "snapshot", epoch: "e", version: 0, value };
  return {
    name: driver.name,
    capabilities: { ...driver.capabilities, state: true },
    connect(host: DriverHost) {
      const connection = driver.connect({
        ...host,
        attached(channel, attachment) {
          host.attached(channel, attachment);
          host.state(channel, snapshot);
        },
      });
      return Object.assign(connection, {
        patch: async ({ channel, patch: [set] }: { channel: string; patch: readonly { value?: unknown }[] }) => {
          snapshot = { ...snapshot, version: snapshot.version + 1, value: { topic: set?.value } };
          host.state(channel, snapshot);
          return { epoch: "e", version: snapshot.version };
        },
      });
    },
  };
}

/** The driver of one client of an in-memory hub. */
import type { Driver, DriverHost } from "@attune/core/driver";
import type { Limits, User } from "@attune/protocol";
import { type ChosenCapabilities, toCapabilities } from "./capabilities.js";
import { openMemoryConnection } from "./memory-connection.js";
import { insideOf, type MemoryHub } from "./memory-hub.js";
import { createReturningConnection } from "./returning-connection.js";
import type { Session } from "./session.js";

/** Which client this is, and what kind of provider the hub is for it. */
export interface MemoryDriverOptions extends ChosenCapabilities {
  /** Names this client for the hub's faults and records. Default `client-1`, `client-2`, ... */
  readonly client?: string;
  /** Who the hub takes this client for; `null` is anonymous. Default a user whose id and name are `client`. */
  readonly user?: User | null;
  /** How long a lost member stays, in milliseconds, where the hub or the driver applies the grace. Default 5,000. */
  readonly graceMs?: number;
  /** What the hub says it allows. It does not enforce it. */
  readonly limits?: Limits;
}

/**
 * Makes a driver for one client of the hub.
 *
 * By default the hub is a provider that stores and counts messages (`recovery: "offset"`). With `"cursor"` positions are
 * sealed, and repeats are recognised but their order is not; with `"none"` messages are handed over at most once, without
 * positions, history, echo or dedupe. Every other capability may be chosen too.
 *
 * @example
 * ```ts
 * import { createRealtime } from "@attune/core";
 * import { createMemoryHub, memoryDriver } from "@attune/testing";
 * const hub = createMemoryHub();
 * const ada = createRealtime({ driver: memoryDriver(hub, { client: "ada" }) });
 * const bob = createRealtime({ driver: memoryDriver(hub, { client: "bob", recovery: "none" }) });
 * ```
 */
export function memoryDriver(hub: MemoryHub, options: MemoryDriverOptions = {}): Driver {
  const inside = insideOf(hub);
  const {
    client = inside.nextId("client"),
    user = { userId: client, name: client },
    graceMs = 5_000,
    limits,
    ...chosen
  } = options;
  const capabilities = toCapabilities(chosen);
  const session: Session = { client, user, capabilities, graceMs, limits, connectionId: undefined };
  return {
    name: "memory",
    capabilities,
    connect(host) {
      const closed: DriverHost["closed"] = (reason) => host.closed(reason);
      if (capabilities.reconnect === "core") return openMemoryConnection(inside, session, host, closed);
      return createReturningConnection(
        inside.clock,
        (lost) => openMemoryConnection(inside, session, host, lost),
        closed,
      );
    },
  };
}

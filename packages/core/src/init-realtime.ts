/** One service per id for the whole page, however often the module that makes it is evaluated. */
import type { ChannelDefinitions } from "@attune/protocol";
import { createRealtime } from "./realtime.js";
import type { RealtimeOptions } from "./realtime-options.js";
import type { Realtime } from "./realtime-service.js";

/** `RealtimeOptions`, and which service is meant. */
export interface InitOptions<D extends ChannelDefinitions = ChannelDefinitions> extends RealtimeOptions<D> {
  /** Default `"default"`. */
  readonly id?: string;
}

// On the global object, because hot module replacement evaluates this module anew while the old service still runs.
const KEY: unique symbol = Symbol.for("attune.services") as never;

/**
 * Like `createRealtime`, but the same `id` gives the same service: safe under hot module replacement and in modules that are
 * evaluated twice. Disposing it makes room for a new one.
 *
 * On a server nothing is kept and nothing connects, or one visitor would get another's token: each call makes a service that
 * can be rendered with, whose `connect()` resolves at once and does nothing.
 *
 * @throws {RealtimeError} `invalid-option`
 * @example
 * ```ts
 * import { initRealtime } from "@attune/core";
 * import type { Driver } from "@attune/core/driver";
 * declare const driver: Driver;
 * export const realtime = initRealtime({ driver });
 * ```
 */
export function initRealtime<const D extends ChannelDefinitions = ChannelDefinitions>(
  options: InitOptions<D>,
): Realtime<D> {
  const scope = globalThis as { [KEY]?: Map<string, Realtime>; document?: unknown };
  if (!scope.document) {
    const service = createRealtime({ ...options, lazy: true, queue: { ...options.queue, storage: undefined } });
    // From here on only connect() connects, and that does nothing.
    void service.disconnect();
    return { ...service, connect: async () => {} };
  }
  const id = options.id ?? "default";
  scope[KEY] ??= new Map();
  const services = scope[KEY];
  const existing = services.get(id);
  if (existing) return existing as Realtime<D>;
  const service = createRealtime(options);
  const kept: Realtime<D> = {
    ...service,
    dispose() {
      if (services.get(id) === (kept as Realtime)) services.delete(id);
      service.dispose();
    },
  };
  services.set(id, kept as Realtime);
  return kept;
}

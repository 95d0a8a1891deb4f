/** Hands one realtime service to all components of an app. */
import { type ChannelDefinitions, type Realtime, RealtimeError, type RegisteredChannels } from "@attune/core";
import { hasInjectionContext, type InjectionKey, inject, type Plugin } from "vue";

/** The injection key of the service, for apps that `provide()` it themselves: one for a part of the tree, or a fake. */
export const realtimeKey: InjectionKey<Realtime<RegisteredChannels>> = Symbol.for("attune.realtime");

/**
 * The plugin that gives a realtime service to every component; the service stays yours to dispose of.
 *
 * @example
 * ```ts
 * import { createRealtime, type Driver } from "@attune/core";
 * import { realtimePlugin } from "@attune/vue";
 * import { createApp } from "vue";
 * declare const driver: Driver;
 * createApp({}).use(realtimePlugin(createRealtime({ driver })));
 * ```
 */
export function realtimePlugin<D extends ChannelDefinitions>(realtime: Realtime<D>): Plugin {
  // The types of the channels come from `Register`, which knows them where no service is at hand.
  return { install: (app) => void app.provide(realtimeKey, realtime as unknown as Realtime<RegisteredChannels>) };
}

/**
 * The realtime service of this app.
 *
 * @throws {RealtimeError} `missing-context` where no plugin is installed, or outside `setup()` and its like
 * @example
 * ```ts
 * import { useRealtime } from "@attune/vue";
 * const realtime = useRealtime();
 * realtime.on("sync_requested", ({ channel }) => console.log(channel));
 * ```
 */
export function useRealtime(): Realtime<RegisteredChannels> {
  const realtime = hasInjectionContext() && inject(realtimeKey, undefined);
  if (realtime) return realtime;
  throw new RealtimeError("missing-context", "No realtime service here: call app.use(realtimePlugin(realtime)) first.");
}

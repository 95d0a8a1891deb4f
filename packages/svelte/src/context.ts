/** Hands one realtime service to a component and all below it. */
import { type ChannelDefinitions, type Realtime, RealtimeError, type RegisteredChannels } from "@attune/core";
import { getContext, setContext } from "svelte";

const key = Symbol.for("attune.realtime");

/**
 * Gives a realtime service to this component and every component below it; the service stays yours to dispose of.
 *
 * @returns the service
 * @example
 * ```ts
 * import { createRealtime, type Driver } from "@attune/core";
 * import { provideRealtime } from "@attune/svelte";
 * declare const driver: Driver;
 * provideRealtime(createRealtime({ driver }));
 * ```
 */
export function provideRealtime<D extends ChannelDefinitions>(realtime: Realtime<D>): Realtime<D> {
  return setContext(key, realtime);
}

/**
 * The realtime service of this part of the app.
 *
 * @throws {RealtimeError} `missing-context` where no component further up provides one
 * @example
 * ```ts
 * import { useRealtime } from "@attune/svelte";
 * const realtime = useRealtime();
 * realtime.on("sync_requested", ({ channel }) => console.log(channel));
 * ```
 */
export function useRealtime(): Realtime<RegisteredChannels> {
  // The types of the channels come from `Register`, which knows them where no service is at hand.
  const realtime = getContext<Realtime<RegisteredChannels> | undefined>(key);
  if (realtime) return realtime;
  throw new RealtimeError(
    "missing-context",
    "No realtime service here: call provideRealtime(realtime) further up first.",
  );
}

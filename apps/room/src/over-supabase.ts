/** Over Supabase, with a client that is loaded when it is first needed: who talks Socket.IO never carries it. */
import type { Driver } from "@attune/core";
import type { DriverHost } from "@attune/core/driver";
import { RealtimeError, type User } from "@attune/protocol";
import { type SupabaseLike, supabase } from "@attune/supabase";
import type { SupabaseAddress } from "./carrier.js";
import { lateConnection } from "./late-connection.js";

/** The driver of `@attune/supabase`. Its client shows the tokens that the app gives to core as `auth`. */
export function overSupabase({ url, key, hasTokens }: SupabaseAddress): Driver {
  let client: SupabaseLike | undefined;
  let latest: DriverHost | undefined;

  const loaded = (): SupabaseLike => {
    if (!client) throw new RealtimeError("internal-error", "supabase-js is used before it is loaded.");
    return client;
  };
  const late: SupabaseLike = {
    get realtime() {
      return loaded().realtime;
    },
    channel: (name, options) => loaded().channel(name, options),
    removeChannel: (channel) => loaded().removeChannel(channel),
  };
  const token = async () => (await latest?.auth()) ?? null;
  const driver = supabase(
    late,
    hasTokens ? {} : { isPrivate: () => false, user: async () => JSON.parse((await token()) ?? "null") as User | null },
  );

  async function load(): Promise<void> {
    const { createClient } = await import("@supabase/supabase-js");
    client ??= createClient(url, key, hasTokens ? { accessToken: token } : {});
  }

  return {
    ...driver,
    connect(host) {
      latest = host;
      return lateConnection(async () => {
        await load();
        // The client asks for the tokens: the driver refuses to be given one beside it.
        return () => driver.connect({ ...host, auth: async () => undefined });
      }, host);
    },
  };
}

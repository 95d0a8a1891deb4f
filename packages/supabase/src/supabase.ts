/** Supabase Realtime as a driver, over the client that the app already has. */
import type { Capabilities, Driver } from "@attune/core/driver";
import type { User } from "@attune/protocol";
import { connect } from "./connection.js";
import { userOfToken } from "./identity.js";
import type { SupabaseLike } from "./sdk.js";
import type { Session } from "./session.js";

/** How the driver uses a client. */
export interface SupabaseOptions {
  /** Which channels are private topics, that the project's policies guard. Default: all but `public:` ones. */
  readonly isPrivate?: (channel: string) => boolean;
  /**
   * Whether messages on private channels are stored, to be replayed after a loss. Default true. With false, or on a server that does not
   * store broadcasts, every loss is told as a gap.
   */
  readonly replay?: boolean;
  /** Who this client is. Default: what its access token says of `sub`, `full_name`, `name`, `email` and `avatar_url`; without `sub` anonymous. */
  readonly user?: (token: string | null) => User | null | Promise<User | null>;
}

/** What Supabase can do, on private channels; `public:` ones have no replay, so that every loss there is a gap. */
const CAPABILITIES: Capabilities = {
  recovery: "cursor",
  // Two subscribers may see two publishers in different orders.
  echo: "none",
  publish: "client",
  guarantee: "handed-over",
  // By ids that pass through unchanged: Supabase itself knows no repeats.
  dedupe: true,
  authentication: "channel",
  identity: "client",
  presence: { grace: "core" },
  signals: true,
  typing: "core",
  history: false,
  state: false,
  reconnect: "core",
};

/**
 * Makes a driver over a Supabase client. It opens no second connection; the app's own channels on the client stay the app's.
 *
 * @example
 * ```ts
 * import { createRealtime } from "@attune/core";
 * import { supabase } from "@attune/supabase";
 * import { createClient } from "@supabase/supabase-js";
 * const client = createClient("https://project.supabase.co", "sb_publishable_key");
 * const realtime = createRealtime({ driver: supabase(client) });
 * ```
 */
export function supabase(client: SupabaseLike, options: SupabaseOptions = {}): Driver {
  const { isPrivate = (channel) => !channel.startsWith("public:"), replay = true, user = userOfToken } = options;
  let session: Session | undefined;
  return {
    name: "supabase",
    capabilities: CAPABILITIES,
    connect(host) {
      session ??= { connectionId: host.random().toString(36).slice(2), memories: new Map(), leaving: new Map() };
      const { allowedMetadataKeys } = client.realtime.serializer;
      // From 2.119 the client lets this key through by itself; before, it has to be told.
      if (replay && !allowedMetadataKeys.includes("persist")) allowedMetadataKeys.push("persist");
      return connect({ client, session, isPrivate, replay, user }, host);
    },
  };
}

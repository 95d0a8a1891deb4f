/** The official client, in the lowest version that is supported and in the newest. */
import { createClient as createNewest, type SupabaseClientOptions } from "@supabase/supabase-js";
import { createClient as createLowest } from "supabase-js-lowest";
import { WebSocket } from "ws";
import type { SupabaseLike } from "../src/index.js";

export const VERSIONS = ["lowest", "newest"] as const;
export type Version = (typeof VERSIONS)[number];

/** How to make one. */
export interface ClientSettings {
  readonly url: string;
  /** How the double knows it. */
  readonly client: string;
  /** The token to show; called whenever the client asks for one. */
  readonly token?: () => string | null;
  readonly vsn?: string;
  readonly timeoutMs?: number;
}

/** A client as an app makes it, quiet on the console. */
export function officialClient(
  version: Version,
  settings: ClientSettings,
): SupabaseLike & ReturnType<typeof createNewest> {
  const { url, client, token, vsn, timeoutMs } = settings;
  const create = version === "newest" ? createNewest : (createLowest as unknown as typeof createNewest);
  const realtime = {
    // Node 20 has no WebSocket of its own.
    transport: WebSocket as never,
    params: { client },
    logger: () => {},
    ...(vsn === undefined ? {} : { vsn }),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  };
  const options: SupabaseClientOptions<"public"> = { realtime, ...(token ? { accessToken: async () => token() } : {}) };
  return create(url, "anon", options) as never;
}

/** What carries the messages of the demo: the host decides, and tells the page. */

/** A Supabase project, or its double, as a browser may know it. */
export interface SupabaseAddress {
  readonly url: string;
  /** The publishable one. */
  readonly key: string;
  /** Whether the host's tokens mean something to the project. Else its topics are open to everybody with the key. */
  readonly hasTokens: boolean;
}

/** The host's answer to `GET /api/driver`. */
export type Carrier = { readonly driver: "socketio" } | ({ readonly driver: "supabase" } & SupabaseAddress);

/** Asks the host of this page. One that does not answer is waited for by Socket.IO; on a server nothing connects. */
export async function askForCarrier(): Promise<Carrier> {
  if (typeof document !== "undefined") {
    const response = await fetch("/api/driver").catch(() => undefined);
    if (response?.ok) return (await response.json()) as Carrier;
  }
  return { driver: "socketio" };
}

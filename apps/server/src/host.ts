/** Puts the host together: pages, guests and what carries the messages, on one HTTP server. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type ErrorRequestHandler } from "express";
import { guestWhoSent } from "./guests.js";
import { createPages } from "./pages.js";
import { createRealtime } from "./realtime.js";
import type { Settings } from "./settings.js";
import { startSupabase } from "./supabase.js";

/** A host that listens. */
export interface Host {
  readonly url: string;
  /** What carries the messages, when that is not the host. */
  readonly description: string | undefined;
  /** Tells the clients, and stops. */
  close(): Promise<void>;
}

/** @throws {Error} when an app is not built, or the port is taken */
export async function startHost({ port, carrier }: Settings): Promise<Host> {
  const carrying =
    carrier.driver === "supabase"
      ? await startSupabase(carrier.project)
      : await createRealtime(carrier.secret, carrier.dataDir);
  const app = express().disable("x-powered-by");
  app.get("/api/driver", (_request, response) => {
    response.set("cache-control", "no-store").json(carrying.carrier);
  });
  app.post("/api/guest", express.json({ limit: "2kb" }), async (request, response) => {
    const guest = guestWhoSent(request.body);
    if (guest) response.set("cache-control", "no-store").json({ token: await carrying.sign(guest) });
    else response.status(400).json({ error: "Expected { key, name? }." });
  });
  app.use(await createPages());
  app.use(answerError);

  const http = createServer(app);
  carrying.attach(http);
  await new Promise<void>((resolve, reject) => http.once("error", reject).listen(port, resolve));
  return {
    url: `http://localhost:${(http.address() as AddressInfo).port}`,
    description: carrying.description,
    async close() {
      const closed = new Promise((resolve) => http.close(resolve));
      await carrying.close();
      http.closeAllConnections();
      await closed;
    },
  };
}

/** Says what kind of failure it was, and nothing of how the host is built. Express wants all four arguments. */
const answerError: ErrorRequestHandler = (error: { status?: number }, _request, response, _next) => {
  const status = error.status ?? 500;
  if (status >= 500) console.error(error);
  response.status(status).json({ error: status < 500 ? "This request makes no sense." : "The host failed." });
};

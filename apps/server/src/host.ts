/** Puts the host together: pages, guests and realtime on one HTTP server. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type ErrorRequestHandler } from "express";
import { createGuests } from "./guests.js";
import { createPages } from "./pages.js";
import { createRealtime } from "./realtime.js";
import type { Settings } from "./settings.js";

/** A host that listens. */
export interface Host {
  readonly url: string;
  /** Tells the clients, and stops. */
  close(): Promise<void>;
}

/** @throws {Error} when an app is not built, or the port is taken */
export async function startHost({ port, secret }: Settings): Promise<Host> {
  const guests = createGuests(secret);
  const app = express().disable("x-powered-by");
  app.post("/api/guest", express.json({ limit: "2kb" }), async (request, response) => {
    const token = await guests.welcome(request.body);
    if (token) response.set("cache-control", "no-store").json({ token });
    else response.status(400).json({ error: "Expected { key, name? }." });
  });
  app.use(await createPages());
  app.use(answerError);

  const http = createServer(app);
  const realtime = createRealtime(guests).attach(http);
  await new Promise<void>((resolve, reject) => http.once("error", reject).listen(port, resolve));
  return {
    url: `http://localhost:${(http.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise((resolve) => http.close(resolve));
      await realtime.close();
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

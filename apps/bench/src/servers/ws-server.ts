/** Plain `ws`: one `send` after the other. */
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import type { BenchServer } from "./bench-server.js";
import { listen } from "./listen.js";

export async function startWsServer(): Promise<BenchServer> {
  const http = createServer();
  const { clients } = new WebSocketServer({ server: http });
  return {
    port: await listen(http),
    publish(message) {
      const text = JSON.stringify(message);
      for (const client of clients) client.send(text);
    },
    async close() {
      for (const client of clients) client.terminate();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** Attune's server in memory, which can be killed; another one takes its port. */
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { createRealtimeServer } from "@attune/server";

export interface MortalServer {
  readonly port: number;
  /** As kill -9 would: no word, and the port is free. */
  kill(): Promise<void>;
}

/** @param port 0: any */
export async function startMortalServer(port = 0): Promise<MortalServer> {
  const http = createServer();
  const sockets = new Set<Socket>();
  http.on("connection", (socket) => sockets.add(socket));
  const server = createRealtimeServer({ canAccessChannel: () => true, origins: ["*"] }).attach(http);
  await new Promise<void>((resolve) => http.listen(port, "127.0.0.1", resolve));
  return {
    port: (http.address() as AddressInfo).port,
    async kill() {
      const closed = new Promise((resolve) => http.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
      await server.close();
    },
  };
}

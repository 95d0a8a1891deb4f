/** Attune's server behind real sockets, and clients with all defaults that come through a fault proxy, or past it. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createRealtime, type Realtime } from "@attune/core";
import { createRealtimeServer } from "@attune/server";
import { type FaultProxy, startFaultProxy } from "@attune/testing";
import { socketio } from "../src/index.js";

/** The world of one test. */
export interface RoomWorld {
  /** A client; with a proxy of its own, it can be struck alone. */
  client(name: string, proxy?: FaultProxy): Realtime;
  proxy(): Promise<FaultProxy>;
  close(): Promise<void>;
}

/** @param prepare gets the server before anybody connects */
export async function createRoomWorld(prepare: (http: Server) => void = () => {}): Promise<RoomWorld> {
  const http = createServer();
  prepare(http);
  const server = createRealtimeServer({
    authenticate: ({ token }) => (token ? { userId: token, name: token } : null),
    canAccessChannel: () => true,
    limits: { messagesPerMinute: 0, channels: 1_000 },
  }).attach(http);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  const services: Realtime[] = [];
  const proxies: FaultProxy[] = [];
  return {
    client(name, proxy) {
      const service = createRealtime({ driver: socketio(`http://127.0.0.1:${proxy?.port ?? port}`), auth: name });
      services.push(service);
      return service;
    },
    async proxy() {
      const proxy = await startFaultProxy({ target: { port } });
      proxies.push(proxy);
      return proxy;
    },
    async close() {
      for (const service of services) service.dispose();
      await Promise.all(proxies.map((proxy) => proxy.close()));
      await server.close();
      http.close();
    },
  };
}

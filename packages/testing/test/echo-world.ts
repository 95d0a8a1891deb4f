/** An echo server behind a fault proxy, and clients that keep what they get. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect } from "vitest";
import { type FaultProxy, startFaultProxy, until } from "../src/index.js";

/** A client that keeps what it gets, and how it ended. */
export interface EchoClient {
  readonly socket: Socket;
  text: string;
  end?: "cut" | "reset";
}

/** The world of one test. */
export interface EchoWorld {
  proxy: FaultProxy;
  /** What the server got, from everybody. */
  received: string;
  serverSockets: Socket[];
  serverEnds: Map<Socket, "cut" | "reset">;
  open(): Promise<EchoClient>;
  /** Opens, and waits until bytes have gone there and back. */
  openThrough(): Promise<EchoClient>;
  /** As long as it takes for bytes to go through the server and back, beside the proxy. */
  roundTrip(): Promise<void>;
}

/** A world for each test, and the end of everything after it. */
export function echoWorld(): EchoWorld {
  let server: Server;
  let clients: EchoClient[];
  const world: EchoWorld = {
    proxy: undefined as unknown as FaultProxy,
    received: "",
    serverSockets: [],
    serverEnds: new Map(),
    async open() {
      const { proxy } = world;
      const { accepted } = proxy;
      const socket = connect(proxy.port, "127.0.0.1");
      const client: EchoClient = { socket, text: "" };
      clients.push(client);
      socket.on("data", (data) => {
        client.text += data;
      });
      socket.on("end", () => {
        client.end ??= "cut";
      });
      socket.on("error", () => {
        client.end ??= "reset";
      });
      await until(() => proxy.accepted > accepted);
      return client;
    },
    async openThrough() {
      const client = await world.open();
      client.socket.write(".");
      await until(() => client.text === ".");
      client.text = "";
      world.received = "";
      return client;
    },
    async roundTrip() {
      const { received, serverSockets } = world;
      world.serverSockets = [...serverSockets];
      const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
      await new Promise<void>((resolve) => socket.once("connect", resolve));
      for (let round = 0; round < 5; round++) {
        socket.write("~");
        await new Promise((resolve) => socket.once("data", resolve));
      }
      socket.destroy();
      world.received = world.received.replaceAll("~", "");
      world.serverSockets = serverSockets;
      expect(world.received).toBe(received);
    },
  };

  beforeEach(async () => {
    clients = [];
    Object.assign(world, { received: "", serverSockets: [], serverEnds: new Map() });
    server = createServer((socket) => {
      world.serverSockets.push(socket);
      socket.on("error", () => {}).on("close", (hadError) => world.serverEnds.set(socket, hadError ? "reset" : "cut"));
      socket.on("data", (data) => {
        world.received += data;
        socket.write(data);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    world.proxy = await startFaultProxy({ target: { port: (server.address() as AddressInfo).port } });
  });

  afterEach(async () => {
    for (const { socket } of clients) socket.destroy();
    await world.proxy.close();
    await new Promise((resolve) => server.close(resolve));
  });
  return world;
}

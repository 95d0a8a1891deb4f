import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type CuttingProxy, cuttingProxy, seededRandom, until } from "../src/index.js";

/** A client that keeps what it gets, and how it ended. */
interface Client {
  readonly socket: Socket;
  text: string;
  end?: "fin" | "rst";
}

let server: Server;
let proxy: CuttingProxy;
/** What the server got, from everybody. */
let received = "";
let serverSockets: Socket[];
let clients: Client[];

beforeEach(async () => {
  received = "";
  serverSockets = [];
  clients = [];
  server = createServer((socket) => {
    serverSockets.push(socket);
    socket.on("error", () => {});
    socket.on("data", (data) => {
      received += data;
      socket.write(data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  proxy = await cuttingProxy({ target: { port: (server.address() as AddressInfo).port } });
});

afterEach(async () => {
  for (const { socket } of clients) socket.destroy();
  await proxy.close();
  await new Promise((resolve) => server.close(resolve));
});

async function open(): Promise<Client> {
  const socket = connect(proxy.port, "127.0.0.1");
  const client: Client = { socket, text: "" };
  clients.push(client);
  socket.on("data", (data) => {
    client.text += data;
  });
  socket.on("end", () => {
    client.end ??= "fin";
  });
  socket.on("error", () => {
    client.end ??= "rst";
  });
  const { accepted } = proxy;
  await until(() => proxy.accepted > accepted);
  return client;
}

test("passes bytes on, both ways", async () => {
  const client = await open();
  client.socket.write("hello");
  await until(() => client.text === "hello");
  expect(proxy.connections).toBe(1);
});

test("passes an ending on in each direction", async () => {
  const [first, second] = [await open(), await open()];
  first.socket.end("bye");
  await until(() => received === "bye" && serverSockets[0]?.readableEnded);
  await until(() => serverSockets.length === 2);
  serverSockets[1]?.end("closing time");
  await until(() => second.end === "fin");
  expect(second.text).toBe("closing time");
  await until(() => proxy.connections === 0);
});

test("passes a reset on as a reset", async () => {
  const client = await open();
  await until(() => serverSockets.length === 1);
  serverSockets[0]?.resetAndDestroy();
  await until(() => client.end === "rst");
});

test.each(["rst", "fin"] as const)("cut: ends every connection by %s, and notes it", async (how) => {
  const [first, second] = [await open(), await open()];
  proxy.cut(how);
  await until(() => first.end === how && second.end === how);
  await until(() => proxy.connections === 0);
  expect(proxy.log).toMatchObject([
    { fault: how, connection: 1 },
    { fault: how, connection: 2 },
  ]);
});

test("stall: holds bytes and endings back, and resume lets them arrive", async () => {
  const client = await open();
  client.socket.write("before ");
  await until(() => client.text === "before ");
  proxy.stall();
  client.socket.end("after");
  const late = await open();
  late.socket.write("!");
  // Long enough for the bytes to arrive if nothing held them: a round trip through an unstalled socket pair.
  await roundTrip();
  expect(client.text).toBe("before ");
  expect(received).toBe("before ");

  proxy.resume();
  await until(() => client.text === "before after" && late.text === "!");
  expect(proxy.log.map(({ fault }) => fault)).toEqual(["stalled", "resumed"]);
});

test.each([
  ["up", "", ""],
  ["down", "hello", ""],
] as const)("stall: is deaf in one direction (%s)", async (direction, atServer, atClient) => {
  const client = await open();
  proxy.stall(direction);
  client.socket.write("hello");
  if (atServer) await until(() => received === atServer);
  await roundTrip();
  expect(received).toBe(atServer);
  expect(client.text).toBe(atClient);
  proxy.resume();
  await until(() => client.text === "hello");
});

test("delay: makes each piece late, in order", async () => {
  const client = await open();
  proxy.delay(30);
  const startedMs = performance.now();
  client.socket.write("a");
  await roundTrip();
  proxy.delay(0);
  client.socket.write("b");
  await until(() => client.text === "ab");
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(29);
});

test("refuse: resets new connections until accept", async () => {
  proxy.refuse();
  const refused = await open();
  await until(() => refused.end === "rst");
  expect(serverSockets).toEqual([]);
  expect(proxy.log).toMatchObject([{ fault: "refused", connection: 1 }]);
  proxy.accept();
  const client = await open();
  client.socket.write("hello");
  await until(() => client.text === "hello");
});

test("cutEvery: ends each connection at a time of its own, also those that come later, until it is stopped", async () => {
  const stop = proxy.cutEvery(10, 30, "either");
  for (let round = 0; round < 10; round++) {
    const client = await open();
    await until(() => client.end);
  }
  const cuts = proxy.log.length;
  expect(cuts).toBe(10);
  expect(new Set(proxy.log.map(({ fault }) => fault))).toEqual(new Set(["rst", "fin"]));
  stop();
  const survivor = await open();
  survivor.socket.write("still here");
  await until(() => survivor.text === "still here");
  expect(proxy.log).toHaveLength(cuts);
});

test("a slow reader holds the sender up, not the proxy's memory", async () => {
  const client = await open();
  await until(() => serverSockets.length === 1);
  client.socket.pause();
  const piece = Buffer.alloc(1 << 20);
  let sent = 0;
  while (serverSockets[0]?.write(piece) || sent < 4) sent += 1;
  const target = serverSockets[0] as Socket;
  for (let more = 0; more < 60; more++) target.write(piece);
  await roundTrip();
  expect(target.writableLength).toBeGreaterThan(30 << 20);
  client.socket.resume();
  await until(() => target.writableLength === 0);
});

test("the same seed cuts in the same way", async () => {
  const kindsOf = async () => {
    const seeded = await cuttingProxy({ target: { port: proxy.port }, random: seededRandom(3) });
    seeded.cutEvery(1, 2, "either");
    for (let round = 0; round < 8; round++) {
      const socket = connect(seeded.port, "127.0.0.1").on("error", () => {});
      await until(() => socket.destroyed || socket.readableEnded || seeded.log.length > round);
      socket.destroy();
    }
    await seeded.close();
    return seeded.log.map(({ fault }) => fault);
  };
  expect(await kindsOf()).toEqual(await kindsOf());
});

/** As long as it takes for bytes to go through the server and back, beside the proxy. */
async function roundTrip(): Promise<void> {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const before = received;
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  for (let round = 0; round < 5; round++) {
    socket.write("~");
    await new Promise((resolve) => socket.once("data", resolve));
  }
  socket.destroy();
  received = received.replaceAll("~", "");
  expect(received).toBe(before);
}

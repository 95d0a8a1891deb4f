import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { until } from "../src/index.js";
import { echoWorld } from "./echo-world.js";

const world = echoWorld();

test.each(["nothing", "cut"] as const)(
  "reset ends a connection at once whose client does not read, after %s",
  async (before) => {
    const client = await world.openThrough();
    client.socket.pause();
    const server = world.serverSockets[0] as Socket;
    // More than the system takes on the way: the proxy is left with what it cannot write.
    for (let piece = 0; piece < 100; piece++) server.write(Buffer.alloc(100_000));
    await until(() => server.writableLength > 0 && server.writableNeedDrain);
    if (before === "cut") void world.proxy.cut();
    await world.proxy.reset();
    expect(world.proxy.connections).toEqual([]);
  },
);

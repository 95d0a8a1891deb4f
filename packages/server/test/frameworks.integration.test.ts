import { createServer, type Server } from "node:http";
import { serve } from "@hono/node-server";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import { afterEach, expect, test } from "vitest";
import { createRealtimeServer } from "../src/index.js";
import { addressOf, connectTo, listen } from "./kit/real-client.js";

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function closing(server: Server): void {
  cleanUps.push(() => new Promise((resolve) => void server.close(resolve)));
}

/** The app still answers, and clients connect over both transports. */
async function expectBoth(url: string, realtime: { close(): Promise<void> }): Promise<void> {
  cleanUps.push(() => realtime.close());
  expect(await (await fetch(url)).text()).toBe("the app");
  for (const transports of [["websocket"], ["polling"]]) {
    const client = connectTo(url, { transports });
    cleanUps.push(() => client.socket.disconnect());
    await client.next("welcome");
    client.send({ t: "sub", r: 1, c: "public:news" });
    await client.next("joined");
  }
}

test("attaches to a server of node:http", async () => {
  const http = createServer((_request, response) => response.end("the app"));
  closing(http);
  const realtime = createRealtimeServer().attach(http);
  await expectBoth(await listen(http), realtime);
});

test("attaches to Express", async () => {
  const app = express();
  app.get("/", (_request, response) => void response.send("the app"));
  const http = await new Promise<Server>((resolve) => {
    const listening: Server = app.listen(0, "127.0.0.1", () => resolve(listening));
  });
  closing(http);
  await expectBoth(addressOf(http), createRealtimeServer().attach(http));
});

test("attaches to Fastify", async () => {
  const app = Fastify();
  app.get("/", () => "the app");
  const realtime = createRealtimeServer().attach(app.server);
  cleanUps.push(() => app.close());
  await app.listen({ port: 0, host: "127.0.0.1" });
  await expectBoth(addressOf(app.server), realtime);
});

test("attaches to Hono", async () => {
  const app = new Hono();
  app.get("/", (context) => context.text("the app"));
  const http = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const listening = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, () => resolve(listening));
  });
  closing(http as Server);
  await expectBoth(addressOf(http), createRealtimeServer().attach(http));
});

test("listens by itself, and says why when it cannot", async () => {
  const realtime = createRealtimeServer();
  cleanUps.push(() => realtime.close());
  const { port } = await realtime.listen(0, "127.0.0.1");
  const client = connectTo(`http://127.0.0.1:${port}`);
  cleanUps.push(() => client.socket.disconnect());
  await client.next("welcome");
  const second = createRealtimeServer();
  cleanUps.push(() => second.close());
  await expect(second.listen(port, "127.0.0.1")).rejects.toMatchObject({ code: "EADDRINUSE" });
  await realtime.close();
  await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow();
});

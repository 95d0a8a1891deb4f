import { request } from "node:http";
import { describe, expect, test } from "vitest";
import { manualClock, until } from "../src/index.js";
import { supabaseToken } from "../src/supabase/index.js";
import { joined, listen, supabaseWorld, versions } from "./supabase-world.js";

const world = supabaseWorld();
const upgrade = {
  headers: {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  },
};

describe("handshakes", () => {
  test.each([
    ["", 401, "API key is missing"],
    ["?apikey=wrong", 401, "The token provided is not a valid JWT"],
    [`?apikey=${supabaseToken({ expSeconds: -5 })}`, 401, "Token has expired"],
    [`?apikey=${supabaseToken({ secret: "another" })}`, 401, "Failed to validate JWT signature"],
  ])("%s is refused with %i", async (query, status, error) => {
    expect(await refusedHandshake(query)).toEqual({ status, body: { error } });
  });

  test("one more than the connections allowed is refused with 429", async () => {
    await world.start({ limits: { connections: 1 } });
    await joined(listen(world.client("2.119.1"), "room"));
    expect(await refusedHandshake("?apikey=anon")).toMatchObject({ status: 429 });
  });

  test("a JWT is an API key, too", async () => {
    await joined(listen(world.client("2.119.1", { apiKey: supabaseToken({ role: "anon" }) }), "room"));
  });

  test("refuse: every attempt gets the status, until accept", async () => {
    world.double.refuse(503);
    const ada = listen(world.client("2.119.1"), "room");
    await until(() => ada.statuses.includes("CHANNEL_ERROR"));
    expect(await refusedHandshake("?apikey=anon")).toMatchObject({ status: 503 });
    world.double.accept();
    await joined(ada);
  });
});

describe.each(versions)("with supabase-js %s", (version) => {
  test("a write that is not allowed is met with silence: no ack at all", async () => {
    await world.start({ canWrite: ({ token }) => token.sub === "bob" });
    const client = await world.user(version, "ada", { timeoutMs: 150 });
    const ada = await joined(listen(client, "room", { private: true, broadcast: { ack: true, self: true } }));
    expect(await ada.channel.send({ type: "broadcast", event: "hi", payload: {} })).toBe("timed out");
    expect(ada.broadcasts).toEqual([]);
    expect(await ada.channel.track({})).toBe("error");
  });

  test("a write that is not allowed is answered, where the double is told to be newer", async () => {
    await world.start({ canWrite: () => false, refusedWrites: "reply" });
    const ada = await joined(
      listen(await world.user(version, "ada"), "room", { private: true, broadcast: { ack: true } }),
    );
    expect(await ada.channel.send({ type: "broadcast", event: "hi", payload: {} })).toBe("error");
    expect(world.double.sent.at(-1)?.payload).toEqual({ status: "error", response: { error: "unauthorized" } });
  });

  test("policies are asked with the user's token, once for writing", async () => {
    const asked: string[] = [];
    const note =
      (what: string) =>
      ({ topic, token }: { topic: string; token: { sub?: string; claims: Record<string, unknown> } }) => {
        asked.push(`${what} ${topic} ${token.sub} ${token.claims["name"]}`);
        return true;
      };
    await world.start({ canRead: note("read"), canWrite: note("write") });
    const token = supabaseToken({ sub: "ada", name: "Ada" });
    const ada = await joined(
      listen(await world.user(version, "ada", { token }), "room", { private: true, broadcast: { ack: true } }),
    );
    await ada.channel.send({ type: "broadcast", event: "hi", payload: {} });
    await ada.channel.send({ type: "broadcast", event: "hi", payload: {} });
    expect(asked).toEqual(["read room ada Ada", "write room ada Ada"]);
  });

  test("a token that expires ends its channel: an error, then closed, and no return", async () => {
    const clock = manualClock({ startMs: Date.now() });
    await world.start({ clock, delays: { idleMs: 10_000_000 } });
    const ada = await joined(listen(await world.user(version, "ada"), "room", { private: true }));
    const anonymous = await joined(listen(world.client(version), "room"));
    await clock.advance(3_600_000 - 1_000);
    expect(ada.statuses).toEqual(["SUBSCRIBED"]);
    await clock.advance(1_000);
    await until(() => ada.statuses.includes("CLOSED"));
    expect(ada.system).toMatchObject([{ status: "error", message: "Token has expired 0 seconds ago" }]);
    expect(anonymous.statuses).not.toContain("CLOSED");
  });

  test("a renewed token is taken without an answer, and keeps the channel", async () => {
    let token = supabaseToken({ sub: "ada", expSeconds: 1_000 });
    const client = await world.user(version, "ada", { token: () => token });
    await joined(listen(client, "room", { private: true }));
    const sent = world.double.sent.length;
    token = supabaseToken({ sub: "ada", expSeconds: 2_000 });
    await client.realtime.setAuth();
    await until(() => world.double.received.at(-1)?.event === "access_token");
    expect(world.double.sent.slice(sent)).toEqual([]);
    expect(world.double.subscribers("room")).toMatchObject([{ user: "ada" }]);
  });

  test("a renewed token that may no longer read ends the channel", async () => {
    await world.start({ canRead: ({ token }) => token.claims["member"] === true });
    let token = supabaseToken({ sub: "ada", member: true });
    const client = await world.user(version, "ada", { token: () => token });
    const ada = await joined(listen(client, "room", { private: true }));
    token = supabaseToken({ sub: "ada", member: false });
    await client.realtime.setAuth();
    await until(() => ada.statuses.includes("CLOSED"));
    expect(ada.system.map(({ message }) => message)).toEqual([
      "You do not have permissions to read from this Channel topic: room",
    ]);
  });

  test("expireTokens: users' channels end, and their token is no longer taken", async () => {
    const client = await world.user(version, "ada");
    const ada = await joined(listen(client, "room", { private: true }));
    const bob = await joined(listen(world.client(version), "room"));
    world.double.expireTokens();
    await until(() => ada.statuses.includes("CLOSED"));
    expect(bob.statuses).toEqual(["SUBSCRIBED"]);
    const again = listen(client, "other", { private: true });
    await until(() => again.errors.length > 0);
    expect(again.errors[0]).toMatch(/^InvalidJWTToken: Token has expired \d+ seconds ago$/);
  });

  test("revoke: reading ends at once, and grant gives it back", async () => {
    const client = await world.user(version, "ada");
    const ada = await joined(listen(client, "room", { private: true }));
    world.double.revoke("room");
    await until(() => ada.statuses.includes("CLOSED"));
    expect(ada.system.map(({ message }) => message)).toEqual([
      "You no longer have permission to read from this Channel topic: room",
    ]);
    const refused = listen(await world.user(version, "bob"), "room", { private: true });
    await until(() => refused.statuses.includes("CHANNEL_ERROR"));
    world.double.grant("room");
    await joined(refused);
  });

  test("a first join that does not wait for the token goes without it, and is refused", async () => {
    const ada = listen(world.client(version, { token: supabaseToken({ sub: "ada" }) }), "room", { private: true });
    await joined(ada);
    expect(ada.statuses).toEqual(["CHANNEL_ERROR", "SUBSCRIBED"]);
  });
});

function refusedHandshake(query: string): Promise<{ status: number | undefined; body: unknown }> {
  return new Promise((resolve, reject) => {
    const asked = request(`${world.double.url}/realtime/v1/websocket${query}`, upgrade, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => resolve({ status: response.statusCode, body: JSON.parse(text) }));
    });
    asked.on("error", reject).end();
  });
}

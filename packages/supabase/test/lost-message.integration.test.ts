/** What becomes of a message that is lost between Supabase and a reader whose connection stands. */
import { createRealtime, type Realtime } from "@attune/core";
import { until } from "@attune/testing";
import { createSupabaseDouble, type SupabaseDouble, supabaseToken } from "@attune/testing/supabase";
import { afterEach, beforeEach, expect, test } from "vitest";
import { supabase } from "../src/index.js";
import { officialClient } from "./official-clients.js";

const STORED = "private:room:1";
const PUBLIC = "public:news";

let double: SupabaseDouble;
let isPersisting: boolean;
let ada: Realtime;
let bob: Realtime;
/** What bob's app was given and told. */
let seen: unknown[];

beforeEach(async () => {
  isPersisting = true;
  seen = [];
  double = await createSupabaseDouble({ persistence: true, canPersist: () => isPersisting });
  ada = appOf("ada");
  bob = appOf("bob");
  for (const channel of [STORED, PUBLIC]) {
    ada.channel(channel).join();
    bob.subscribe(channel, "message", ({ data }) => seen.push(data));
    bob.channel(channel).on("sync_requested", () => {
      seen.push("gap");
      bob.channel(channel).acknowledgeGap();
    });
    await until(() => [ada, bob].every((app) => app.channel(channel).$status.get().continuity === "live"));
  }
});

afterEach(async () => {
  ada.dispose();
  bob.dispose();
  await double.close();
});

function appOf(client: string): Realtime {
  const token = supabaseToken({ sub: client, user_metadata: { name: client } });
  const driver = supabase(officialClient("newest", { url: double.url, client, token: () => token }));
  return createRealtime({ driver, reconnect: { minMs: 20, maxMs: 20, jitterMs: 0 } });
}

/** The second of three messages is lost. */
async function loseTheSecond(channel: string): Promise<void> {
  await ada.publish(channel, "message", 1);
  await until(() => seen.includes(1));
  double.dropNextBroadcast();
  await ada.publish(channel, "message", 2);
  await ada.publish(channel, "message", 3);
  await until(() => seen.includes(3));
}

test("where messages are stored it comes from the replay, at its place", async () => {
  await loseTheSecond(STORED);
  expect(seen).toEqual([1, 2, 3]);
});

test("what arrives while it is looked for comes after it", async () => {
  await ada.publish(STORED, "message", 1);
  double.dropNextBroadcast();
  for (const data of [2, 3, 4, 5, 6]) void ada.publish(STORED, "message", data);
  await until(() => seen.includes(6));
  expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
});

test("where messages are not stored a gap is told, at its place", async () => {
  await loseTheSecond(PUBLIC);
  expect(seen).toEqual([1, "gap", 3]);
});

test("when it turns out that it was not stored a gap is told", async () => {
  await ada.publish(STORED, "message", 1);
  isPersisting = false;
  // Whether a channel may store is asked once for each token.
  double.crashChannel(STORED, "ada");
  await until(() => double.subscribers(STORED).length === 1);
  await until(() => double.subscribers(STORED).length === 2, { withinMs: 5_000 });
  double.dropNextBroadcast();
  await ada.publish(STORED, "message", 2);
  await ada.publish(STORED, "message", 3);
  await until(() => seen.includes(3));
  expect(seen).toEqual([1, "gap", 3]);
});

test("a connection that is lost after such a gap, before anything else came, is a gap of its own", async () => {
  await loseTheSecond(PUBLIC);
  seen = [];
  double.cut("bob");
  await until(() => !double.connections.some(({ client }) => client === "bob"));
  await ada.publish(PUBLIC, "message", 4);
  await until(() => bob.channel(PUBLIC).$status.get().continuity === "live");
  expect(seen).toEqual(["gap"]);
});

test("what a gap told of does not come late, out of a later replay", async () => {
  await loseTheSecond(STORED);
  // So soon after one search there is no other.
  double.dropNextBroadcast();
  await ada.publish(STORED, "message", 4);
  await ada.publish(STORED, "message", 5);
  await until(() => seen.includes(5));
  double.crashChannel(STORED, "bob");
  await until(() => double.subscribers(STORED).length === 1);
  await ada.publish(STORED, "message", 6);
  await until(() => seen.includes(6), { withinMs: 5_000 });
  expect(seen).toEqual([1, 2, 3, "gap", 5, 6]);
});

test.each([STORED, PUBLIC])(
  "a publish that was not answered when %s broke off is sent again, and seen once",
  async (channel) => {
    double.dropNextAck();
    const published = ada.publish(channel, "message", 1);
    await until(() => seen.includes(1));
    double.crashChannel(channel, "ada");
    await until(() => published, { withinMs: 5_000 });
    await ada.publish(channel, "message", 2);
    await until(() => seen.includes(2));
    expect(seen).toEqual([1, 2]);
  },
);

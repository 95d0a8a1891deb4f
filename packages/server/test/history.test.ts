import type { WirePosition } from "@attune/protocol";
import { expect, test } from "vitest";
import { createWorld, type FakeClient, type World } from "./kit/world.js";

const A = "public:a";

async function fill(world: World, count: number, text = "x"): Promise<WirePosition> {
  let at: WirePosition = ["", 0, ""];
  for (let index = 0; index < count; index++) {
    const { position, id } = await world.core.publish(A, "message", { text });
    at = [position.epoch, position.offset, id];
  }
  return at;
}

async function page(world: World, client: FakeClient, rest: { b?: WirePosition; l: number }) {
  client.send({ t: "hist", r: 1, c: A, ...rest });
  await world.after(0);
  const { m, more } = client.last("page");
  return { offsets: m.map(([offset]) => offset), more };
}

test("history is read backwards, oldest first on each page", async () => {
  const world = createWorld();
  const [epoch, end, id] = await fill(world, 5);
  const ada = await world.join("ada");
  expect(await page(world, ada, { l: 2 })).toEqual({ offsets: [4, 5], more: true });
  expect(await page(world, ada, { b: [epoch, 4, ""], l: 2 })).toEqual({ offsets: [2, 3], more: true });
  expect(await page(world, ada, { b: [epoch, 2, ""], l: 2 })).toEqual({ offsets: [1], more: false });
  expect(await page(world, ada, { b: [epoch, 1, ""], l: 2 })).toEqual({ offsets: [], more: false });
  expect(await page(world, ada, { b: [epoch, end, id], l: 0 })).toEqual({ offsets: [], more: true });
});

test("a position of another log has nothing before it", async () => {
  const world = createWorld();
  await fill(world, 3);
  expect(await page(world, await world.join("ada"), { b: ["other", 3, ""], l: 10 })).toEqual({
    offsets: [],
    more: false,
  });
});

test("a page is bounded in messages and in size", async () => {
  const world = createWorld();
  await fill(world, 300);
  const ada = await world.join("ada");
  expect((await page(world, ada, { l: Number.MAX_SAFE_INTEGER })).offsets).toHaveLength(200);
  await fill(world, 5, "y".repeat(30_000));
  expect(await page(world, ada, { l: 10 })).toEqual({ offsets: [304, 305], more: true });
  await fill(world, 1, "z".repeat(65_500));
  expect(await page(world, ada, { l: 10 })).toEqual({ offsets: [306], more: true });
});

test("history takes permission, asked apart from that to subscribe", async () => {
  const world = createWorld({ canAccessChannel: (_user, _channel, action) => action !== "history" });
  const ada = await world.join("ada");
  ada.send({ t: "hist", r: 3, c: A, l: 1 });
  ada.send({ t: "hist", r: 4, c: "nonsense", l: 1 });
  await world.after(0);
  expect(ada.all("fail").map(({ r, code }) => [r, code])).toEqual([
    [3, "forbidden"],
    [4, "invalid-channel"],
  ]);
});

/** People in different apps are in one room. */
import { expect, test } from "./fixtures.ts";
import { APPS, type App, type RoomPage } from "./room-page.ts";

const pairs: [App, App][] = [
  ["vue", "svelte"],
  ["svelte", "vanilla"],
  ["vanilla", "vue"],
];

async function three(
  enter: (app: App, options: { name: string }) => Promise<RoomPage>,
): Promise<Map<string, RoomPage>> {
  return new Map([
    ["Ann", await enter("vue", { name: "Ann" })],
    ["Ben", await enter("svelte", { name: "Ben" })],
    ["Cleo", await enter("vanilla", { name: "Cleo" })],
  ]);
}

async function seeEachOther(people: ReadonlyMap<string, RoomPage>): Promise<void> {
  for (const person of people.values()) {
    await expect(person.members.getByRole("listitem")).toHaveCount(people.size);
    for (const name of people.keys()) await expect(person.member(name)).toBeVisible();
  }
}

async function seeEachOtherType(people: ReadonlyMap<string, RoomPage>): Promise<void> {
  for (const [name, typist] of people) {
    await typist.messageField.pressSequentially("hm");
    for (const other of people.values()) {
      await expect(other.typing).toHaveText(other === typist ? "" : `${name} is typing…`);
    }
    await typist.messageField.fill("");
    for (const other of people.values()) await expect(other.typing).toHaveText("");
  }
}

/** All talk at once. */
async function talkAtOnce(people: ReadonlyMap<string, RoomPage>): Promise<void> {
  await Promise.all(Array.from(people, ([name, person]) => person.say(`${name} 1`, `${name} 2`, `${name} 3`)));
  for (const person of people.values()) {
    await expect.poll(async () => (await person.texts()).length).toBe(3 * people.size);
    await expect(person.outbox.getByRole("listitem")).toHaveCount(0);
  }
}

/** Whoever was first: what one says stands in the order in which it was said. */
async function hearEachInOrder(people: ReadonlyMap<string, RoomPage>): Promise<void> {
  for (const person of people.values()) {
    const heard = await person.texts();
    for (const name of people.keys()) {
      expect(heard.filter((text) => text.startsWith(name))).toEqual([`${name} 1`, `${name} 2`, `${name} 3`]);
    }
  }
}

for (const [one, other] of pairs) {
  test(`${one} and ${other} see each other's presence, typing and messages`, async ({ enter }) => {
    const people = new Map([
      ["Ann", await enter(one, { name: "Ann" })],
      ["Ben", await enter(other, { name: "Ben" })],
    ]);
    await seeEachOther(people);
    await seeEachOtherType(people);
    await talkAtOnce(people);
    await hearEachInOrder(people);
  });
}

test("all three apps see each other's presence, typing and messages", async ({ enter }) => {
  const people = await three(enter);
  await seeEachOther(people);
  await seeEachOtherType(people);
  await talkAtOnce(people);
  await hearEachInOrder(people);
});

test("all three apps see the messages in the same order, whoever was first", async ({ enter, needs }) => {
  needs("echo", "ordered");
  const people = await three(enter);
  await talkAtOnce(people);
  const [first, ...others] = [...people.values()];
  const heard = (await first?.texts()) ?? [];
  for (const other of others) await other.hasTexts(...heard);
});

test("who comes later sees the messages from before", async ({ enter }) => {
  const early = await enter("vanilla", { name: "Early" });
  await early.say("one", "two");
  await early.hasTexts("one", "two");
  for (const app of APPS) await (await enter(app)).hasTexts("one", "two");
});

for (const app of APPS) {
  test(`${app} shows where the others point, and when they no longer do`, async ({ enter }) => {
    const watcher = await enter(app, { name: "Watcher" });
    const pointer = await enter(app === "vue" ? "svelte" : "vue", { name: "Pointer" });
    const box = await pointer.page.locator(".room").boundingBox();
    if (!box) throw new Error("There is no room to point in.");
    await pointer.page.mouse.move(box.x + box.width * 0.25, box.y + box.height * 0.5);
    await pointer.page.mouse.move(box.x + box.width * 0.75, box.y + box.height * 0.25);

    await expect(watcher.cursors).toHaveText("Pointer");
    const where = () =>
      watcher.cursors.evaluate((cursor) =>
        [cursor.style.getPropertyValue("--x"), cursor.style.getPropertyValue("--y")].map(Number),
      );
    await expect.poll(async () => Math.abs(((await where())[0] ?? 0) - 0.75)).toBeLessThan(0.01);
    await expect.poll(async () => Math.abs(((await where())[1] ?? 0) - 0.25)).toBeLessThan(0.01);

    await pointer.page.close();
    await expect(watcher.cursors).toHaveCount(0);
  });
}

/** What carries the messages fails everybody, and comes back. */
import type { Locator } from "@playwright/test";
import { ENDINGS } from "./demo.ts";
import { expect, testWithOwnHost as test } from "./fixtures.ts";
import { watchMembers } from "./members-watch.ts";
import { APPS, type RoomPage } from "./room-page.ts";

/** What a browser prints by itself when a server is gone; nothing an app could keep quiet. */
const NETWORK =
  /ERR_CONNECTION|WebSocket connection|Failed to load resource|ERR_EMPTY_RESPONSE|Connection closed|ERR_SOCKET/;

async function allRecover(people: readonly RoomPage[]): Promise<void> {
  for (const person of people) {
    await expect(person.connection).toHaveText("connected");
    await expect(person.members.getByRole("listitem")).toHaveCount(people.length);
    await expect(person.page.getByText("Reconnecting…")).toBeHidden();
    await expect(person.outbox.getByRole("listitem")).toHaveCount(0);
  }
}

for (const ending of ENDINGS) {
  test(`a server that is ${ending} and started again: all recover by themselves, and messages flow`, async ({
    enter,
    host,
    complaints,
  }) => {
    const people = await Promise.all(APPS.map((app) => enter(app, { name: `In ${app}` })));
    const [first] = people;
    await first?.say("before");
    for (const person of people) await person.hasTexts("before");

    const { keepsLog } = await host.stop(ending);
    for (const person of people) {
      await expect(person.connection).toHaveText("reconnecting");
      await expect(person.page.getByText("Reconnecting…")).toBeVisible();
    }
    await first?.say("written while it was down");
    await expect(first?.outbox.getByRole("listitem") as Locator).toHaveText(/queued/);

    await host.restart();
    await allRecover(people);
    // A server that has forgotten its rooms cannot say what was missed, and the apps tell.
    const missing = keepsLog ? [] : ["Some messages are missing"];
    for (const person of people) await person.hasTexts("before", ...missing, "written while it was down");
    for (const [index, person] of people.entries()) await person.say(`after ${index}`);
    for (const person of people) {
      await expect.poll(async () => (await person.texts()).slice(-3).sort()).toEqual(["after 0", "after 1", "after 2"]);
    }
    expect(complaints.filter((complaint) => !NETWORK.test(complaint))).toEqual([]);
    complaints.length = 0;
  });
}

test("connections that break over and over, while all write: each message stands there once, in its writer's order", async ({
  enter,
  host,
  complaints,
}) => {
  const people = await Promise.all(APPS.map((app) => enter(app, { name: `In ${app}` })));
  for (const round of [1, 2, 3]) {
    const said = people.map((person, index) => person.say(`${index}: ${round} a`, `${index}: ${round} b`));
    host.cut();
    await Promise.all(said);
    await allRecover(people);
  }
  for (const person of people) {
    await expect.poll(async () => (await person.texts()).length).toBe(people.length * 6);
    const texts = await person.texts();
    for (const writer of people.keys()) {
      const inOrder = [1, 2, 3].flatMap((round) => [`${writer}: ${round} a`, `${writer}: ${round} b`]);
      expect(texts.filter((text) => text.startsWith(`${writer}:`))).toEqual(inOrder);
    }
  }
  expect(complaints.filter((complaint) => !NETWORK.test(complaint))).toEqual([]);
  complaints.length = 0;
});

test("tokens that are over are replaced, and nobody is seen to leave", async ({ enter, host, needs }) => {
  needs("authentication", "channel");
  const people = await Promise.all(APPS.map((app) => enter(app, { name: `In ${app}` })));
  await allRecover(people);
  const watches = await Promise.all(people.map(watchMembers));
  host.expireTokens();
  await Promise.all(people.map((person, index) => person.say(`after ${index}`)));
  await allRecover(people);
  for (const person of people) {
    await expect.poll(async () => (await person.texts()).sort()).toEqual(["after 0", "after 1", "after 2"]);
  }
  for (const watch of watches) {
    expect((await watch.states()).filter((names) => names.length !== people.length)).toEqual([]);
  }
});

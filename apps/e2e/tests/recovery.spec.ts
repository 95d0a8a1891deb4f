/** The server goes down under everybody, and comes back. */
import type { Locator } from "@playwright/test";
import { expect, testWithOwnHost as test } from "./fixtures.ts";
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

for (const signal of ["SIGKILL", "SIGTERM"] as const) {
  test(`a server stopped by ${signal} and started again: all recover by themselves, and messages flow`, async ({
    enter,
    host,
    complaints,
  }) => {
    const people = await Promise.all(APPS.map((app) => enter(app, { name: `In ${app}` })));
    const [first] = people;
    await first?.say("before");
    for (const person of people) await person.hasTexts("before");

    await host.stop(signal);
    for (const person of people) {
      await expect(person.connection).toHaveText("reconnecting");
      await expect(person.page.getByText("Reconnecting…")).toBeVisible();
    }
    await first?.say("written while it was down");
    await expect(first?.outbox.getByRole("listitem") as Locator).toHaveText(/queued/);

    await host.restart();
    await allRecover(people);
    // A restarted host has forgotten its rooms, and the apps say so.
    for (const person of people)
      await person.hasTexts("before", "Some messages are missing", "written while it was down");
    for (const [index, person] of people.entries()) await person.say(`after ${index}`);
    for (const person of people) {
      await expect.poll(async () => (await person.texts()).slice(-3).sort()).toEqual(["after 0", "after 1", "after 2"]);
    }
    expect(complaints.filter((complaint) => !NETWORK.test(complaint))).toEqual([]);
    complaints.length = 0;
  });
}

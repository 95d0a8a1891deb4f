/** Who is here: nobody comes or goes who did not. */
import { expect, test } from "./fixtures.ts";
import { watchMembers } from "./members-watch.ts";
import { APPS, type RoomPage } from "./room-page.ts";

const GRACE_MS = 5_000;

/** Somebody who leaves: once that shows, the grace of everything that happened before is over too. */
async function graceIsOver(bystander: RoomPage, watcher: RoomPage): Promise<void> {
  const name = await bystander.nameField.inputValue();
  await bystander.page.close();
  await expect(watcher.member(name)).toHaveCount(0);
}

for (const app of APPS) {
  test(`${app}: who closes the tab leaves after the grace of 5 s, and not before`, async ({ enter }) => {
    const watcher = await enter(app === "vanilla" ? "vue" : "vanilla");
    const leaver = await enter(app, { name: "Leaver" });
    await expect(watcher.member("Leaver")).toBeVisible();
    const leftAtMs = watcher.members.evaluate(
      (list) =>
        new Promise<number>((resolve) => {
          const observer = new MutationObserver(() => {
            if (list.textContent?.includes("Leaver")) return;
            observer.disconnect();
            resolve(Date.now());
          });
          observer.observe(list, { childList: true, subtree: true, characterData: true });
        }),
    );
    const closingAtMs = Date.now();
    await leaver.page.close();
    const tookMs = (await leftAtMs) - closingAtMs;
    // Closing takes a moment, and so does telling the others: the grace itself is counted by the server.
    expect(tookMs).toBeGreaterThanOrEqual(GRACE_MS);
    expect(tookMs).toBeLessThan(GRACE_MS + 3_000);
  });

  test(`${app}: two tabs are one member, and closing one keeps the member`, async ({ enter }) => {
    const watcher = await enter("vanilla", { name: "Watcher" });
    const bystander = await enter("vue", { name: "Bystander" });
    const first = await enter(app, { name: "Twice" });
    const second = await enter(app, { context: first.page.context() });
    await expect(second.nameField).toHaveValue("Twice");
    for (const person of [watcher, first, second]) {
      await expect(person.members.getByRole("listitem")).toHaveCount(3);
    }
    const watch = await watchMembers(watcher);
    await second.page.close();
    await graceIsOver(bystander, watcher);
    expect((await watch.states()).filter((names) => !names.includes("Twice"))).toEqual([]);

    // What one tab is called, the other is too.
    const third = await enter(app, { context: first.page.context() });
    await first.rename("Renamed");
    for (const each of [watcher, first, third]) await expect(each.member("Renamed")).toBeVisible();
    await expect(third.nameField).toHaveValue("Renamed");
    await expect(watcher.member("Twice")).toHaveCount(0);
    await first.say("still here");
    await watcher.hasTexts("still here");
  });

  test(`${app}: a reload shows nobody a leave`, async ({ enter }) => {
    const watcher = await enter("vue", { name: "Watcher" });
    const bystander = await enter("svelte", { name: "Bystander" });
    const person = await enter(app, { name: "Back" });
    await expect(watcher.member("Back")).toBeVisible();
    const watch = await watchMembers(watcher);
    await person.page.reload();
    await person.isIn();
    await expect(person.nameField).toHaveValue("Back");
    await graceIsOver(bystander, watcher);
    expect((await watch.states()).filter((names) => names.filter((name) => name === "Back").length !== 1)).toEqual([]);
  });

  test(`${app}: changing one's name shows everyone the new name, and never a leave`, async ({ enter }) => {
    const watchers = await Promise.all(APPS.map((each) => enter(each, { name: `In ${each}` })));
    const person = await enter(app, { name: "Before" });
    const everyone = [...watchers, person];
    for (const each of everyone) await expect(each.members.getByRole("listitem")).toHaveCount(4);
    const watches = await Promise.all(everyone.map(watchMembers));

    await person.rename("After");
    for (const each of everyone) {
      await expect(each.member("After")).toBeVisible();
      await expect(each.member("Before")).toHaveCount(0);
    }
    await person.say("under my new name");
    for (const each of watchers) await expect(each.messages).toContainText("After");

    for (const watch of watches) {
      const states = await watch.states();
      expect(states.filter((names) => names.length !== 4)).toEqual([]);
      expect(states.filter((names) => names.includes("Before") === names.includes("After"))).toEqual([]);
    }
  });
}

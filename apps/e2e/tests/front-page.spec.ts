/** The front page: three apps side by side, in one room. */
import { expect, test } from "./fixtures.ts";
import { RoomPage } from "./room-page.ts";

const FRAMES = ["The room as a Vue app", "The room as a SvelteKit app", "The room without a framework"];

test("the front page shows three apps in the room of its address, as three members", async ({
  page,
  host,
  room,
  watch,
  enter,
}) => {
  watch(page);
  await page.goto(`${host.url}/?room=${room}`);
  const apps = FRAMES.map((title) => new RoomPage(page, page.frameLocator(`iframe[title="${title}"]`)));
  for (const app of apps) {
    await app.isIn();
    await expect(app.members.getByRole("listitem")).toHaveCount(3);
  }
  const outsider = await enter("vue", { name: "Outsider" });
  await outsider.say("from outside");
  for (const app of apps) await app.hasTexts("from outside");

  // Another tab of one of these apps is no fourth member: it is the same guest.
  const alone = await enter("svelte", { context: page.context() });
  await expect(alone.members.getByRole("listitem")).toHaveCount(4);
});

test("the links on the front page lead into the same room", async ({ page, host, room }) => {
  await page.goto(`${host.url}/?room=${room}`);
  const links = page.getByRole("link", { name: "Open alone" });
  await expect(links).toHaveCount(3);
  for (const [index, path] of ["vue", "svelte", "vanilla"].entries()) {
    await expect(links.nth(index)).toHaveAttribute("href", `${host.url}/${path}/?room=${room}`);
  }
});

test("without a room in the address everybody is in the lobby", async ({ page, host }) => {
  for (const path of ["vue", "svelte", "vanilla"]) {
    await page.goto(`${host.url}/${path}/`);
    await expect(page.getByRole("heading", { name: "lobby" })).toBeVisible();
  }
});

for (const [width, columns] of [
  [390, 1],
  [1440, 3],
] as const) {
  test(`at ${width} px the apps stand in ${columns} column${columns > 1 ? "s" : ""}, and nothing overflows`, async ({
    page,
    host,
    room,
  }) => {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`${host.url}/?room=${room}`);
    const lefts = await page
      .locator("iframe")
      .evaluateAll((frames) => frames.map((frame) => frame.getBoundingClientRect().left));
    expect(new Set(lefts).size).toBe(columns);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
}

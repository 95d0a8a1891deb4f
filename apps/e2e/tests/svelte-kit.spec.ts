/** The SvelteKit app is rendered on the server, and taken over in the browser. */
import { expect, test } from "./fixtures.ts";
import { RoomPage } from "./room-page.ts";

test("SvelteKit's HTML has the room in it, rendered on the server without a connection", async ({
  browser,
  host,
  room,
}) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${host.url}/svelte/?room=${room}`);
  const { messageField, send, nameField, members, messages, connection } = new RoomPage(page);
  await expect(page.getByRole("heading", { name: room })).toBeVisible();
  for (const each of [messageField, send, nameField, messages]) await expect(each).toBeVisible();
  await expect(members).toHaveCount(1);
  await expect(connection).toHaveText("disconnected");
  await context.close();
});

test("SvelteKit takes over what the server rendered, without a word in the console", async ({
  browser,
  host,
  room,
  watch,
}) => {
  const page = await browser.newPage();
  watch(page);
  const html = await (await page.goto(`${host.url}/svelte/?room=${room}`))?.text();
  expect(html).toContain('aria-label="Messages"');
  expect(html).toContain(room);
  // The very node that the server sent is the one that works: nothing was thrown away and made again.
  const served = await page.getByRole("log", { name: "Messages" }).elementHandle();
  const person = new RoomPage(page);
  await person.isIn();
  await person.say("hello");
  await person.hasTexts("hello");
  expect(await served?.evaluate((node) => node.isConnected)).toBe(true);
  await page.close();
});

test("one visitor's page has nothing of another visitor in it", async ({ enter, host, room, request }) => {
  const person = await enter("svelte", { name: "Secretive" });
  await person.say("between us");
  await person.hasTexts("between us");
  const html = await (await request.get(`${host.url}/svelte/?room=${room}`)).text();
  expect(html).not.toContain("Secretive");
  expect(html).not.toContain("between us");
});

/** The room is usable by everybody, on a phone too, by day and by night. */
import type { Page } from "@playwright/test";
import axe from "axe-core";
import { expect, test } from "./fixtures.ts";
import { APPS } from "./room-page.ts";

/** What axe finds against WCAG 2 A and AA, contrast among it. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { run } = (globalThis as unknown as { axe: typeof axe }).axe;
    const { violations } = await run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
    );
  });
}

const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

for (const app of APPS) {
  test(`${app} has every control under its name`, async ({ enter }) => {
    const { page, nameField, messageField, send, members, messages, outbox, connection, goOffline, goOnline, typing } =
      await enter(app);
    for (const each of [nameField, messageField, send, members, messages, connection, goOffline])
      await expect(each).toBeVisible();
    // Empty, and found nevertheless.
    for (const each of [outbox, typing]) await expect(each).toHaveCount(1);
    await goOffline.click();
    await expect(goOnline).toBeVisible();
    await expect(goOffline).toHaveCount(0);
    await goOnline.click();
    await expect(goOffline).toBeVisible();
    await expect(connection).toHaveText("connected");
    await expect(page.getByText(/^\d+ ms$/)).toBeVisible();
  });

  test(`${app} can be used by keyboard alone`, async ({ enter }) => {
    const { page, messageField, messages } = await enter(app);
    await messageField.focus();
    await page.keyboard.type("typed");
    await page.keyboard.press("Enter");
    await expect(messages).toContainText("typed");
    await expect(messageField).toBeFocused();
    await expect(messageField).toHaveValue("");
  });

  for (const colorScheme of ["light", "dark"] as const) {
    test(`${app} follows a ${colorScheme} colour scheme, with enough contrast`, async ({ enter }) => {
      const person = await enter(app, { colorScheme });
      const other = await enter("vanilla", { name: "Somebody" });
      await other.say("hello");
      await person.say("hello yourself");
      await person.hasTexts("hello", "hello yourself");
      await person.goOffline.click();
      await person.say("waiting");
      await expect(person.page.getByText("You are offline.")).toBeVisible();
      const lightness = await person.page.locator(".room").evaluate((room) => {
        const [red = 0, green = 0, blue = 0] =
          getComputedStyle(room)
            .backgroundColor.match(/[\d.]+/g)
            ?.map(Number) ?? [];
        return (red + green + blue) / (3 * 255);
      });
      expect(Math.round(lightness)).toBe(colorScheme === "light" ? 1 : 0);
      expect(await violations(person.page)).toEqual([]);
    });
  }

  test(`${app} fits a phone of 390 px, whatever is written`, async ({ enter }) => {
    const person = await enter(app, { viewport: { width: 390, height: 844 } });
    await person.rename("A name as long as a name may ever become");
    await person.say("a".repeat(300), "word ".repeat(60).trim());
    await expect(person.messages.locator(".message-text")).toHaveCount(2);
    await expect(person.outbox.getByRole("listitem")).toHaveCount(0);
    await person.goOffline.click();
    await person.say("b".repeat(300));
    await expect(person.outbox.getByRole("listitem")).toHaveCount(1);
    expect(await overflow(person.page)).toBeLessThanOrEqual(0);
    for (const control of [person.send, person.goOnline, person.nameField, person.messageField])
      await expect(control).toBeInViewport({ ratio: 1 });
  });
}

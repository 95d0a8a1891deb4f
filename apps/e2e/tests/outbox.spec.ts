/** What is written without a connection waits in the outbox, and arrives once. */
import { expect, test } from "./fixtures.ts";
import { APPS } from "./room-page.ts";

const OFFLINE = "You are offline. Changes will sync when you reconnect.";

for (const app of APPS) {
  test(`${app} goes offline, writes three messages, comes back: each arrives once, in order, everywhere`, async ({
    enter,
  }) => {
    const writer = await enter(app, { name: "Writer" });
    const readers = await Promise.all(APPS.map((each) => enter(each)));
    await writer.say("before");
    for (const each of [writer, ...readers]) await each.hasTexts("before");

    await writer.goOffline.click();
    await expect(writer.page.getByText(OFFLINE)).toBeVisible();
    await expect(writer.connection).toHaveText("reconnecting");
    await writer.say("one", "two", "three");
    await expect(writer.outbox.getByRole("listitem")).toHaveText([/one.*queued/s, /two.*queued/s, /three.*queued/s]);
    await writer.hasTexts("before", "one", "two", "three");
    await readers[0]?.say("meanwhile");
    for (const each of readers) await each.hasTexts("before", "meanwhile");

    await writer.goOnline.click();
    await expect(writer.connection).toHaveText("connected");
    await expect(writer.page.getByText(OFFLINE)).toBeHidden();
    await expect(writer.outbox.getByRole("listitem")).toHaveCount(0);
    // What came while the writer was away stands before what the writer then sent.
    for (const each of [writer, ...readers]) await each.hasTexts("before", "meanwhile", "one", "two", "three");
  });

  test(`${app} offers to retry or discard a message that failed`, async ({ enter }) => {
    // A hundred messages written by hand take their time.
    test.slow();
    const writer = await enter(app);
    await writer.goOffline.click();
    // The outbox holds 100 messages: two more, and the two oldest fail.
    await writer.say(...Array.from({ length: 102 }, (_, index) => `no ${index}.`));
    const failed = writer.outbox.getByRole("listitem").filter({ hasText: "failed" });
    await expect(failed).toHaveText([/no 0\./, /no 1\./]);

    await failed.first().getByRole("button", { name: "Discard" }).click();
    await expect(failed).toHaveText([/no 1\./]);
    await expect(writer.outbox.getByText("no 0.")).toHaveCount(0);
    await expect(writer.messages.getByText("no 0.")).toHaveCount(0);

    // Trying again is queueing again, at the end: now the next oldest has no room.
    await failed.getByRole("button", { name: "Retry" }).click();
    await expect(failed).toHaveText([/no 2\./]);
    await expect(writer.outbox.getByRole("listitem").last()).toHaveText(/no 1\..*queued/s);
  });
}

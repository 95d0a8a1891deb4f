/** The demo host, as those see it who start it. */
import { randomBytes } from "node:crypto";
import { runToTheEnd, startDemoHost } from "./demo-host.ts";
import { createSupabaseDouble } from "@attune/testing/supabase";
import { expect, test } from "./fixtures.ts";
import { APPS, RoomPage } from "./room-page.ts";

test("the host ends by itself on SIGTERM, with clients connected", { tag: "@host" }, async () => {
  const host = await startDemoHost(["--driver=socketio"]);
  const response = await fetch(`${host.url}/`);
  expect(await response.text()).toContain("<h1>");
  expect(await host.stop("SIGTERM")).toEqual({ code: 0, signal: null });
});

test("the host refuses a driver it does not know, and names those it knows", { tag: "@host" }, async () => {
  const { code, errors } = await runToTheEnd(["--driver=pigeon"]);
  expect(code).toBe(1);
  expect(errors).toContain('Unknown driver "pigeon"');
  expect(errors).toContain("socketio");
});

test("a guest cannot be had by its id, which everybody sees, but only by its key", { tag: "@host" }, async ({
  host,
  request,
}) => {
  const ask = (data: object) => request.post(`${host.url}/api/guest`, { data });
  const guestOf = async (data: object): Promise<{ sub: string; name: string }> => {
    const { token } = (await (await ask(data)).json()) as { token: string };
    return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  };
  const key = randomBytes(16).toString("hex");
  const guest = await guestOf({ key });
  expect((await guestOf({ key, name: "  Renamed  " })).sub).toBe(guest.sub);
  expect((await guestOf({ key, name: "  Renamed  " })).name).toBe("Renamed");
  expect((await guestOf({ key: randomBytes(16).toString("hex") })).sub).not.toBe(guest.sub);
  for (const data of [{ key: guest.sub }, { guestId: guest.sub, name: "Thief" }, {}, { key: [key] }]) {
    expect((await ask(data)).status()).toBe(400);
  }
});

test("with a Supabase project's address and publishable key alone, guests meet in public rooms", {
  tag: "@host",
}, async ({ context, room }) => {
  const double = await createSupabaseDouble();
  const host = await startDemoHost(["--driver=supabase"], {
    SUPABASE_URL: double.url,
    SUPABASE_PUBLISHABLE_KEY: "anon",
    SUPABASE_JWT_SECRET: "",
  });
  const people = await Promise.all(
    APPS.map(async (app) => {
      const page = await context.newPage();
      await page.goto(`${host.url}/${app}/?room=${room}`);
      return new RoomPage(page);
    }),
  );
  for (const person of people) {
    await person.isIn();
    await expect(person.members.getByRole("listitem")).toHaveCount(APPS.length);
  }
  await people[0]?.say("hello");
  for (const person of people) await person.hasTexts("hello");
  await host.stop("SIGTERM");
  await double.close();
});

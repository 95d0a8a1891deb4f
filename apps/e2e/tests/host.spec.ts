/** The demo host, as those see it who start it. */
import { randomBytes } from "node:crypto";
import { runToTheEnd, startDemoHost } from "./demo-host.ts";
import { expect, test } from "./fixtures.ts";

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

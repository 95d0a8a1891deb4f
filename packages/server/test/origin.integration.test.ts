import { type IncomingMessage, request } from "node:http";
import { describe, expect, test } from "vitest";
import { serve } from "./kit/real-server.js";

describe("an origin", () => {
  const upgrade = (url: string, origin: string | undefined) =>
    new Promise<number>((resolve) => {
      const { hostname, port } = new URL(url);
      const headers = {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        ...(origin === undefined ? {} : { origin }),
      };
      const sent = request({ hostname, port, path: "/socket.io/?EIO=4&transport=websocket", headers });
      const answer = (response: IncomingMessage) => {
        resolve(response.statusCode ?? 0);
        sent.destroy();
      };
      sent.on("response", answer).on("upgrade", answer).end();
    });

  test("that is not on the list is refused with 403 before the upgrade", async () => {
    const { url } = await serve({ origins: ["https://app.example.com"] });
    expect(await upgrade(url, "https://app.example.com")).toBe(101);
    expect(await upgrade(url, undefined)).toBe(101);
    for (const origin of ["https://evil.com", "null", "https://app.example.com.evil.com"])
      expect(await upgrade(url, origin)).toBe(403);
  });

  test("must by default be the server's own", async () => {
    const { url } = await serve();
    expect(await upgrade(url, url)).toBe(101);
    expect(await upgrade(url, "https://evil.com")).toBe(403);
    expect(
      (await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers: { origin: "https://evil.com" } })).status,
    ).toBe(403);
  });

  test("that is allowed may read the answers of long-polling", async () => {
    const { url } = await serve({ origins: ["https://app.example.com"] });
    const answer = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, {
      headers: { origin: "https://app.example.com" },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
  });
});

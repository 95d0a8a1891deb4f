import { expect, it, vi } from "vitest";
import { renderToString } from "vue/server-renderer";
import { createWorld } from "./harness.js";
import { createPage } from "./page.js";

it("hydrates without a mismatch, and joins then", async () => {
  const { client, hub, settle } = createWorld();
  hub.publish("presence:room:1", "message", "hello");
  const target = document.createElement("div");
  target.innerHTML = await renderToString(createPage(client("server")));
  const [list] = target.getElementsByTagName("ul");
  const warn = vi.spyOn(console, "warn");
  const error = vi.spyOn(console, "error");
  createPage(client("Ann")).mount(target);
  await settle();
  expect([warn.mock.calls, error.mock.calls]).toEqual([[], []]);
  expect(target.getElementsByTagName("ul")[0]).toBe(list);
  expect(list?.textContent).toBe("A Ann online");
  expect(target.querySelectorAll("p")[1]?.textContent).toBe("0 1 0 0 hello");
});

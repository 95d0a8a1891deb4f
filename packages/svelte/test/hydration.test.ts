import { hydrate } from "svelte";
import { expect, it, vi } from "vitest";
import { createWorld } from "./harness.js";
import Page from "./page.svelte";
import { rendered } from "./rendered.js";

it("hydrates without a mismatch, and joins then", async () => {
  const { client, hub, settle } = createWorld();
  hub.publish("presence:room:1", "message", "hello");
  const target = document.createElement("div");
  target.innerHTML = rendered;
  const [list] = target.getElementsByTagName("ul");
  const warn = vi.spyOn(console, "warn");
  const error = vi.spyOn(console, "error");
  const ann = client("Ann");
  hydrate(Page, { target, props: { service: () => ann } });
  await settle();
  expect([warn.mock.calls, error.mock.calls]).toEqual([[], []]);
  expect(target.getElementsByTagName("ul")[0]).toBe(list);
  expect(list?.textContent.replaceAll(/\s+/g, " ").trim()).toBe("A Ann online");
  expect(target.querySelectorAll("p")[1]?.textContent.trim()).toBe("0 1 0 0 hello");
});

import type { Realtime } from "@attune/core";
import { ConnectionBanner, PresenceAvatars, TypingIndicator } from "@attune/svelte";
import { cleanup, render as renderInPage } from "@testing-library/svelte";
import { type Component, createRawSnippet } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createWorld, ROOM } from "./harness.js";
import Provided from "./provided.svelte";

afterEach(cleanup);

/** `inside` replaces the inside of the component by the text it makes of what it is given. */
function render<S>(realtime: Realtime, component: unknown, props: object = {}, inside?: (scope: S) => unknown) {
  const children = inside && createRawSnippet<[S]>((scope) => ({ render: () => `<b>${inside(scope())}</b>` }));
  const all = {
    realtime,
    Inside: component as Component<Record<string, unknown>>,
    ...props,
    ...(children && { children }),
  };
  const { container, getByRole, rerender } = renderInPage(Provided, all);
  const find = (selector: string) => [...container.querySelectorAll<HTMLElement>(selector)];
  const text = (element: Element | undefined = container) => element?.textContent.replaceAll(/\s+/g, " ").trim();
  return { container, getByRole, rerender, find, text };
}

describe("ConnectionBanner", () => {
  // The delay before it shows is the machine's, not the service's.
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  it("is an empty status region while all is well", async () => {
    const { client, settle } = createWorld();
    const ann = client("Ann");
    const banner = render(ann, ConnectionBanner);
    void ann.connect();
    await settle();
    const region = banner.getByRole("status");
    expect([region.className, region.getAttribute("aria-live"), banner.text()]).toEqual([
      "attune-banner",
      "polite",
      "",
    ]);
  });

  it("shows nothing of a loss that is over within the delay", async () => {
    const { client, hub, settle } = createWorld();
    const ann = client("Ann");
    const banner = render(ann, ConnectionBanner);
    void ann.connect();
    await settle();
    hub.cut();
    await settle();
    vi.advanceTimersByTime(499);
    await settle(2_000);
    vi.advanceTimersByTime(2_000);
    await settle();
    expect(ann.getConnectionState()).toBe("connected");
    expect(banner.text()).toBe("");
  });

  it("says that it reconnects, and that the network is gone", async () => {
    const { client, hub, setOnline, settle } = createWorld();
    const ann = client("Ann");
    const banner = render(ann, ConnectionBanner, { delayMs: 100 });
    void ann.connect();
    await settle();
    hub.refuse();
    hub.cut();
    await settle();
    expect(banner.text()).toBe("");
    vi.advanceTimersByTime(100);
    await settle();
    expect(banner.text()).toBe("Reconnecting…");
    setOnline(false);
    await settle();
    expect(banner.text()).toBe("You are offline. Changes will sync when you reconnect.");
    expect(banner.getByRole("status").dataset["state"]).toBe("offline");
    hub.accept();
    setOnline(true);
    await settle(2_000);
    expect(banner.text()).toBe("");
  });

  it("offers to try again when it is over for good", async () => {
    const { client, hub, settle } = createWorld();
    const ann = client("Ann");
    const banner = render(ann, ConnectionBanner);
    hub.refuse({ code: "unauthorized" });
    ann.connect().catch(() => {});
    await settle();
    vi.advanceTimersByTime(500);
    await settle();
    expect(banner.text()).toContain("The connection is lost.");
    hub.accept();
    banner.getByRole("button", { name: "Try again" }).click();
    await settle();
    expect(ann.getConnectionState()).toBe("connected");
    expect(banner.text()).toBe("");
  });

  it("lets a snippet say it otherwise", async () => {
    const { client, hub, settle } = createWorld();
    const ann = client("Ann");
    const banner = render(ann, ConnectionBanner, { delayMs: 0 }, ({ state }: { state: string }) => state);
    void ann.connect();
    await settle();
    hub.refuse();
    hub.cut();
    await settle();
    vi.advanceTimersByTime(0);
    await settle();
    expect(banner.text(banner.find("b")[0])).toBe("reconnecting");
  });
});

describe("PresenceAvatars", () => {
  it("is a list called Members, whose items hold name, initials and status", async () => {
    const { client, settle } = createWorld();
    const ann = client("Ann van Dam");
    const avatars = render(ann, PresenceAvatars, { channel: ROOM });
    ann.setPresenceState(ROOM, { status: "busy" });
    await settle();
    expect(avatars.getByRole("list", { name: "Members" }).getAttribute("role")).toBe("list");
    expect(avatars.find("ul > li").map(avatars.text)).toEqual(["AD Ann van Dam busy"]);
    const item = avatars.getByRole("listitem");
    expect([item.title, item.dataset["status"]]).toEqual(["Ann van Dam", "busy"]);
    expect(avatars.find('[aria-hidden="true"]').map(avatars.text)).toEqual(["AD"]);
  });

  it("shows a picture where there is one, and the name beside it", async () => {
    const { client, settle } = createWorld();
    const ann = client("Ann", "https://example.com/ann.png");
    const avatars = render(ann, PresenceAvatars, { channel: ROOM });
    await settle();
    const [image] = avatars.find("img");
    expect([image?.getAttribute("src"), image?.getAttribute("alt")]).toEqual(["https://example.com/ann.png", ""]);
    expect(avatars.text(avatars.getByRole("listitem"))).toBe("Ann online");
  });

  it("counts those beyond max, and marks those who may be gone", async () => {
    const { client, hub, settle } = createWorld();
    for (const name of ["Bob", "Cem", "Dan"]) client(name).channel(ROOM).join();
    const avatars = render(client("Ann"), PresenceAvatars, { channel: ROOM, max: 2 });
    await settle();
    const shown = () => avatars.find("li").map(avatars.text);
    expect(shown()).toEqual(["A Ann online", "B Bob online", "+2"]);
    expect(avatars.find("[data-unconfirmed]")).toHaveLength(0);
    hub.refuse();
    hub.cut("Ann");
    await settle();
    expect(avatars.find("[data-unconfirmed]")).toHaveLength(2);
    await avatars.rerender({ max: 4 });
    expect(shown()).toHaveLength(4);
  });

  it("lets a snippet fill the items", async () => {
    const { client, settle } = createWorld();
    const inside = ({ member }: { member: { name: string } }) => `[${member.name}]`;
    const avatars = render(client("Ann"), PresenceAvatars, { channel: ROOM }, inside);
    await settle();
    expect(avatars.find("li > b").map(avatars.text)).toEqual(["[Ann]"]);
    expect(avatars.find("li").map(avatars.text)).toEqual(["[Ann]"]);
  });
});

describe("TypingIndicator", () => {
  it("is a status region called Typing, that says who is", async () => {
    const { client, settle } = createWorld();
    const indicator = render(client("Ann"), TypingIndicator, { channel: ROOM });
    const bob = client("Bob").channel(ROOM);
    bob.join();
    await settle();
    const region = indicator.getByRole("status", { name: "Typing" });
    expect([region.className, region.getAttribute("aria-live")]).toEqual(["attune-typing", "polite"]);
    expect(indicator.text()).toBe("");
    bob.startTyping();
    await settle();
    expect(indicator.text()).toBe("Bob is typing…");
  });

  it("lets a snippet say it otherwise", async () => {
    const { client, settle } = createWorld();
    const inside = ({ typing }: { typing: readonly unknown[] }) => typing.length;
    const indicator = render(client("Ann"), TypingIndicator, { channel: ROOM }, inside);
    const bob = client("Bob").channel(ROOM);
    bob.join();
    await settle();
    expect(indicator.find("b")).toHaveLength(0);
    bob.startTyping();
    await settle();
    expect(indicator.find("b").map(indicator.text)).toEqual(["1"]);
  });
});

import type { Realtime } from "@attune/core";
import { ConnectionBanner, PresenceAvatars, realtimePlugin, TypingIndicator } from "@attune/vue";
import { mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Component, h } from "vue";
import { createWorld, ROOM } from "./harness.js";

function render(realtime: Realtime, component: Component, props: object = {}, inside?: (scope: never) => unknown) {
  const slots = inside ? { default: inside as () => string } : {};
  return mount(component, { props: { ...props }, slots, global: { plugins: [realtimePlugin(realtime)] } });
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
    expect(banner.html()).toBe('<div class="attune-banner" role="status" aria-live="polite"></div>');
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
    expect(banner.attributes("data-state")).toBe("offline");
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
    await banner.get("button").trigger("click");
    await settle();
    expect(ann.getConnectionState()).toBe("connected");
    expect(banner.text()).toBe("");
  });

  it("lets a slot say it otherwise", async () => {
    const { client, hub, settle } = createWorld();
    const ann = client("Ann");
    const banner = render(ann, ConnectionBanner, { delayMs: 0 }, ({ state }: { state: string }) => h("b", state));
    void ann.connect();
    await settle();
    hub.refuse();
    hub.cut();
    await settle();
    vi.advanceTimersByTime(0);
    await settle();
    expect(banner.find("b").text()).toBe("reconnecting");
  });
});

describe("PresenceAvatars", () => {
  it("is a list called Members, whose items hold name, initials and status", async () => {
    const { client, settle } = createWorld();
    const ann = client("Ann van Dam");
    const avatars = render(ann, PresenceAvatars, { channel: ROOM });
    ann.setPresenceState(ROOM, { status: "busy" });
    await settle();
    const list = avatars.get("ul");
    expect([list.attributes("role"), list.attributes("aria-label")]).toEqual(["list", "Members"]);
    expect(list.findAll("li").map((item) => item.text())).toEqual(["AD Ann van Dam busy"]);
    expect(list.get("li").attributes()).toMatchObject({ title: "Ann van Dam", "data-status": "busy" });
    expect(list.get('[aria-hidden="true"]').text()).toBe("AD");
  });

  it("shows a picture where there is one, and the name beside it", async () => {
    const { client, settle } = createWorld();
    const ann = client("Ann", "https://example.com/ann.png");
    const avatars = render(ann, PresenceAvatars, { channel: ROOM });
    await settle();
    expect(avatars.get("img").attributes()).toMatchObject({ src: "https://example.com/ann.png", alt: "" });
    expect(avatars.get("li").text()).toBe("Ann online");
  });

  it("counts those beyond max, and marks those who may be gone", async () => {
    const { client, hub, settle } = createWorld();
    for (const name of ["Bob", "Cem", "Dan"]) client(name).channel(ROOM).join();
    const avatars = render(client("Ann"), PresenceAvatars, { channel: ROOM, max: 2 });
    await settle();
    const shown = () => avatars.findAll("li").map((item) => item.text());
    expect(shown()).toEqual(["A Ann online", "B Bob online", "+2"]);
    expect(avatars.find("[data-unconfirmed]").exists()).toBe(false);
    hub.refuse();
    hub.cut("Ann");
    await settle();
    expect(avatars.findAll("[data-unconfirmed]")).toHaveLength(2);
    await avatars.setProps({ max: 4 });
    expect(shown()).toHaveLength(4);
  });

  it("lets a slot fill the items", async () => {
    const { client, settle } = createWorld();
    const inside = ({ member }: { member: { name: string } }) => h("b", `<${member.name}>`);
    const avatars = render(client("Ann"), PresenceAvatars, { channel: ROOM }, inside);
    await settle();
    expect(avatars.get("li b").text()).toBe("<Ann>");
    expect(avatars.get("li").text()).toBe("<Ann>");
  });
});

describe("TypingIndicator", () => {
  it("is a status region called Typing, that says who is", async () => {
    const { client, settle } = createWorld();
    const indicator = render(client("Ann"), TypingIndicator, { channel: ROOM });
    const bob = client("Bob").channel(ROOM);
    bob.join();
    await settle();
    expect(indicator.html()).toBe(
      '<div class="attune-typing" role="status" aria-live="polite" aria-label="Typing"></div>',
    );
    bob.startTyping();
    await settle();
    expect(indicator.text()).toBe("Bob is typing…");
  });

  it("lets a slot say it otherwise", async () => {
    const { client, settle } = createWorld();
    const inside = ({ typing }: { typing: readonly unknown[] }) => h("b", typing.length);
    const indicator = render(client("Ann"), TypingIndicator, { channel: ROOM }, inside);
    const bob = client("Bob").channel(ROOM);
    bob.join();
    await settle();
    expect(indicator.find("b").exists()).toBe(false);
    bob.startTyping();
    await settle();
    expect(indicator.get("b").text()).toBe("1");
  });
});

import { browserEnvironment } from "@attune/core";
import { afterEach, describe, expect, test, vi } from "vitest";

/** A window with a document, of which nothing is used but events and two values. */
function browser() {
  const document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  const window = Object.assign(new EventTarget(), { document, navigator: { onLine: true }, reported: [] as unknown[] });
  const reportError = (error: unknown) => void window.reported.push(error);
  return { window, document, env: browserEnvironment(Object.assign(window, { reportError }) as never) };
}

describe("in a browser", () => {
  test("the network is what the browser says, and its changes are told", () => {
    const { window, env } = browser();
    const seen: boolean[] = [];
    const end = env.network.onChange(() => seen.push(env.network.isOnline()));
    window.navigator.onLine = false;
    window.dispatchEvent(new Event("offline"));
    window.navigator.onLine = true;
    window.dispatchEvent(new Event("online"));
    end();
    window.dispatchEvent(new Event("offline"));
    expect(seen).toEqual([false, true]);
  });

  test("the page is visible, hidden or frozen, and its changes are told", () => {
    const { window, document, env } = browser();
    const seen: string[] = [];
    const end = env.page.onChange(() => seen.push(env.page.state()));
    document.visibilityState = "hidden";
    document.dispatchEvent(new Event("visibilitychange"));
    window.dispatchEvent(new Event("pagehide"));
    document.visibilityState = "visible";
    window.dispatchEvent(new Event("pageshow"));
    document.dispatchEvent(new Event("freeze"));
    document.dispatchEvent(new Event("resume"));
    window.dispatchEvent(new Event("focus"));
    end();
    window.dispatchEvent(new Event("pagehide"));
    expect(seen).toEqual(["hidden", "frozen", "visible", "frozen", "visible", "visible"]);
  });

  test("errors that nobody hears go to the window", () => {
    const { window, env } = browser();
    const error = new Error("mine");
    env.report(error);
    expect(window.reported).toEqual([error]);
  });
});

describe("in Node", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test("there is a network, and the page is visible", () => {
    const env = browserEnvironment();
    expect([env.network.isOnline(), env.page.state()]).toEqual([true, "visible"]);
    env.network.onChange(() => {})();
    env.page.onChange(() => {})();
  });

  test("the clock is the machine's, and its timers can be cancelled", () => {
    vi.useFakeTimers({ now: 5_000 });
    const { clock } = browserEnvironment();
    const rang: string[] = [];
    clock.after(100, () => rang.push("first"));
    clock.after(100, () => rang.push("second"))();
    vi.advanceTimersByTime(100);
    expect([rang, clock.now()]).toEqual([["first"], 5_100]);
  });

  test("ids are of letters and digits, and differ", () => {
    const { id, random } = browserEnvironment();
    const ids = Array.from({ length: 1_000 }, id);
    expect(new Set(ids).size).toBe(1_000);
    expect(ids.every((each) => /^[0-9a-z]{16}$/.test(each))).toBe(true);
    expect(random()).toBeLessThan(1);
  });
});

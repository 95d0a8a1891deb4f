/** Realtime services on an in-memory hub under a manual clock, and a component that shows what a composable gives. */
import { createRealtime, type Network, type Realtime } from "@attune/core";
import { createMemoryHub, type ManualClock, type MemoryHub, manualClock, memoryDriver } from "@attune/testing";
import { flushSync, mount, unmount } from "svelte";
import Harness from "./harness.svelte";

export const ROOM = "presence:room:1";
export const OTHER_ROOM = "presence:room:2";

export interface World {
  readonly clock: ManualClock;
  readonly hub: MemoryHub;
  /** A service for a user of that name, whose id is the same in lower case. */
  client(name: string, avatar?: string): Realtime;
  setOnline(isOnline: boolean): void;
  /** Lets everything that is due happen, and what it leads to. */
  settle(ms?: number): Promise<void>;
  /** Names of the clients that the hub has on a channel. */
  joined(channel: string): readonly string[];
}

export function createWorld(): World {
  const clock = manualClock();
  const hub = createMemoryHub({ clock });
  const listeners = new Set<() => void>();
  let isOnline = true;
  const network: Network = {
    isOnline: () => isOnline,
    onChange(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
  };
  return {
    clock,
    hub,
    client(name, avatar) {
      const user = { userId: name.toLowerCase(), name, ...(avatar ? { avatar } : {}) };
      return createRealtime({ driver: memoryDriver(hub, { client: name, user }), env: { clock, network } });
    },
    setOnline(next) {
      isOnline = next;
      for (const listener of listeners) listener();
    },
    settle: (ms = 0) => clock.advance(ms),
    joined: (channel) => hub.subscribers(channel),
  };
}

export interface Shown<R> {
  /** What the composable gave. */
  readonly result: R;
  /** What stands on the page. */
  text(): string;
  unmount(): void;
}

/** Mounts a component that calls `use` while setting up, and shows `text` of what that gave. */
export function show<R>(
  realtime: Realtime | undefined,
  use: () => R,
  text: (result: R) => unknown = () => "",
): Shown<R> {
  let result: R | undefined;
  const props = { realtime, use: () => (result = use()), text: () => String(text(result as R)) };
  const target = document.createElement("div");
  const component = mount(Harness, { target, props });
  flushSync();
  return { result: result as R, text: () => target.textContent.trim(), unmount: () => void unmount(component) };
}

export const namesOf = (people: readonly { readonly name: string }[]): string =>
  people.map(({ name }) => name).join(" ");

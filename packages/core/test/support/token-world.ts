/** A client whose tokens expire; the test is the server, and may be the app's `auth()`. */
import type { AuthRequest, RealtimeOptions } from "@attune/core";
import { type ManualClock, manualClock } from "@attune/testing";
import { createWireWorld } from "./wire-world.js";

/** An `auth` whose answers the test gives. */
export function desk() {
  const asked: AuthRequest[] = [];
  const open: { resolve(token: string): void; reject(error: unknown): void }[] = [];
  let most = 0;
  return {
    asked,
    /** Questions that were open at one time, at most. */
    get most() {
      return most;
    },
    auth: (request: AuthRequest) => {
      asked.push(request);
      return new Promise<string>((resolve, reject) => {
        most = Math.max(most, open.push({ resolve, reject }));
      });
    },
    answer: (token: string) => open.splice(0).forEach(({ resolve }) => resolve(token)),
    fail: (error: unknown) => open.splice(0).forEach(({ reject }) => reject(error)),
  };
}

/** Connected with a token that has so long to live; `auth` counts. */
export async function connected(
  exp: number | undefined,
  options: Partial<RealtimeOptions> = {},
  clock = manualClock(),
) {
  const asked: AuthRequest[] = [];
  const world = createWireWorld(
    {
      auth(request) {
        asked.push(request);
        return `token-${asked.length}`;
      },
      ...options,
    },
    { clock },
  );
  void world.realtime.connect();
  await world.settle();
  await world.end.welcome(exp === undefined ? {} : { exp });
  return { ...world, asked, end: world.end, world };
}

/** A clock whose hands can be moved: what shows is not what passes. */
export function movable() {
  const clock = manualClock();
  const { now } = clock;
  let movedMs = 0;
  return {
    clock: Object.assign(Object.create(clock) as ManualClock, { now: () => now() + movedMs }),
    move: (ms: number) => void (movedMs += ms),
  };
}

/** Lets time pass on a line that is alive. */
export async function alive(world: ReturnType<typeof createWireWorld>, ms: number): Promise<void> {
  const stepMs = 1_000;
  for (let leftMs = ms; leftMs > 0; leftMs -= stepMs) {
    for (const { r } of world.end.of("ping")) world.end.send({ t: "pong", r, now: 0 });
    await world.clock.advance(Math.min(stepMs, leftMs));
  }
}

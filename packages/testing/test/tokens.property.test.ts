/** However `auth()` delays, fails and repeats itself, and however lines are cut: one question at a time, and nothing counts after its token. */
import type { AuthRequest } from "@attune/core";
import { describe, expect, it } from "vitest";
import { createLoopbackWorld } from "./loopback-world.js";

const ROOM = "presence:room:1";
const seeds = Array.from({ length: 40 }, (_, seed) => seed + 1);

/** A token is `ada`, or `ada` and until when it holds. */
function world(seed: number) {
  const accepted: { readonly atMs: number; readonly untilMs: number }[] = [];
  const loopback = createLoopbackWorld(seed, {
    authenticate({ token = "" }) {
      const [userId = "", until] = token.split(" ");
      if (until === undefined) return { userId, name: userId };
      const untilMs = Number(until);
      if (untilMs > loopback.clock.now()) accepted.push({ atMs: loopback.clock.now(), untilMs });
      return { userId, name: userId, expiresAtMs: untilMs };
    },
  });
  return { ...loopback, accepted };
}

/** An app that answers late, fails, keeps tokens, and now and then keeps them although it was told not to. */
function badAuth({ clock, random }: ReturnType<typeof world>) {
  let underWay = 0;
  let most = 0;
  let asked = 0;
  let isGood = false;
  let kept = "";
  return {
    get most() {
      return most;
    },
    get asked() {
      return asked;
    },
    mend() {
      isGood = true;
    },
    async auth({ isStale }: AuthRequest): Promise<string> {
      asked += 1;
      most = Math.max(most, ++underWay);
      const mood = isGood ? 1 : random();
      await new Promise<void>((resolve) => void clock.after(isGood ? 10 : Math.floor(random() * 3_000), resolve));
      underWay -= 1;
      if (mood < 0.2) throw new Error("no answer");
      if (kept && mood < (isStale ? 0.35 : 0.8)) return kept;
      kept = `ada ${clock.now() + 500 + Math.floor(random() * 15_000)}`;
      return kept;
    },
  };
}

describe("tokens", () => {
  it.each(seeds)("are asked for one at a time, and nothing is taken after one expired, seed %i", async (seed) => {
    const stage = world(seed);
    const { clock, cuts, random, accepted, client, clientWith } = stage;
    const app = badAuth(stage);
    const ada = clientWith(app.auth);
    const bob = client("bob");
    const taken: { readonly data: unknown; readonly atMs: number }[] = [];
    bob.subscribe(ROOM, "message", ({ data, timestamp }) => taken.push({ data, atMs: timestamp }));
    ada.channel(ROOM).join();
    await clock.advance(500);
    const acks: Promise<unknown>[] = [];
    for (let n = 0; n < 120; n += 1) {
      acks.push(ada.publish(ROOM, "message", n));
      if (random() < 0.05) [...cuts][Math.floor(random() * cuts.size)]?.();
      await clock.advance(Math.floor(random() * 1_000));
    }
    app.mend();
    await clock.advance(60_000);
    await Promise.all(acks);
    expect(app.most).toBe(1);
    expect(app.asked).toBeGreaterThan(5);
    expect(taken.map(({ data }) => data)).toEqual(Array.from({ length: 120 }, (_, n) => n));
    for (const { atMs } of taken) {
      // The last token that was shown by then; of two in the same instant, the longer one.
      const { untilMs } = accepted.filter((each) => each.atMs <= atMs).at(-1) ?? { untilMs: 0 };
      expect(atMs).toBeLessThanOrEqual(untilMs);
    }
    for (const service of [ada, bob]) service.dispose();
  });

  it("that are renewed in time show nobody anything, whatever time it is at the client", async () => {
    const { clock, client, clientWith } = world(7);
    const ada = clientWith(() => `ada ${clock.now() + 5_000}`);
    const bob = client("bob");
    const seen: string[] = [];
    bob.presence(ROOM).onLeave(() => seen.push("left"));
    ada.channel(ROOM).join();
    bob.channel(ROOM).join();
    await clock.advance(1_000);
    ada.onConnectionChange((status) => seen.push(status));
    for (let minute = 0; minute < 10; minute += 1) await clock.advance(60_000);
    expect(seen).toEqual([]);
    for (const service of [ada, bob]) service.dispose();
  });
});

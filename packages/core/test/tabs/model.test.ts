/** Whatever tabs do, and whatever is done to them: after quiet each has every message once and in order, and a user is one connection. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createTabWorld, NEWS, type OpenTab, ROOM } from "../support/tab-world.js";

const USERS = ["ada", "bob"] as const;
/** Longer than the grace, the beats, and the backoff of every tab. */
const QUIET_MS = 30_000;

type Step =
  | { readonly do: "open" | "publish"; readonly user: number }
  | {
      readonly do: "crash" | "close" | "freeze" | "thaw" | "hang" | "wake" | "write" | "leave" | "rejoin";
      readonly tab: number;
    }
  | { readonly do: "cut" | "hole" | "unseen" | "double" | "hide" | "show"; readonly tab: number }
  | { readonly do: "wait" | "slow"; readonly ms: number };

const tab = fc.nat(11);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("open" as const, "publish" as const), user: fc.nat(1) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom(
        ...(["crash", "close", "freeze", "thaw", "hang", "wake", "write", "write", "leave", "rejoin"] as const),
      ),
      tab,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom("cut" as const, "hole", "unseen", "double", "hide", "show"), tab }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(0, 1, 3, 20, 200, 1_500, 5_000) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("slow" as const), ms: fc.constantFrom(0, 1, 40) }) },
);

interface Watched extends OpenTab {
  readonly user: string;
  readonly heard: unknown[];
  /** Where the log ended when this tab was live first. */
  liveAt: number | undefined;
  release: (() => void) | undefined;
  isGone: boolean;
  readonly gaps: string[];
  readonly acks: Promise<unknown>[];
}

function play(world: ReturnType<typeof createTabWorld>, recovery: "offset" | "cursor") {
  const tabs: Watched[] = [];
  let written = 0;

  function open(user: string): void {
    const opened = world.open(user, { recovery });
    const heard = opened.hear(NEWS);
    const watched: Watched = {
      ...opened,
      user,
      heard,
      liveAt: undefined,
      release: opened.realtime.channel(ROOM).join(),
      isGone: false,
      gaps: [],
      acks: [],
    };
    opened.realtime.on("sync_requested", ({ channel }) => watched.gaps.push(channel));
    opened.realtime.channel(NEWS).$status.subscribe(({ continuity }) => {
      if (continuity === "live") watched.liveAt ??= world.hub.messages(NEWS).length;
    });
    tabs.push(watched);
  }

  async function act(each: Step): Promise<void> {
    if ("user" in each) {
      if (each.do === "publish") world.hub.publish(NEWS, "message", ++written);
      else if (tabs.length < 12) open(USERS[each.user] as string);
      return;
    }
    if ("ms" in each) {
      if (each.do === "wait") await world.settle(each.ms);
      else world.browser.latencyMs = each.ms;
      return;
    }
    const one = tabs[each.tab % (tabs.length || 1)];
    if (!one || one.isGone) return;
    switch (each.do) {
      case "crash":
      case "close":
        one.isGone = true;
        // Only who runs can close.
        if (each.do === "close") one.wake();
        return each.do === "crash" ? one.crash() : one.realtime.dispose();
      case "freeze":
        return one.env.page.set("frozen");
      case "thaw":
      case "show":
        return one.env.page.set("visible");
      case "hide":
        return one.env.page.set("hidden");
      case "hang":
        return one.hang();
      case "wake":
        return one.wake();
      case "write":
        return void one.acks.push(one.realtime.publish(NEWS, "message", ++written));
      case "leave":
        one.release?.();
        one.release = undefined;
        return;
      case "rejoin":
        one.release ??= one.realtime.channel(ROOM).join();
        return;
      case "cut":
        return world.hub.cut(one.client);
      case "hole":
        return recovery === "offset" ? world.hub.dropNextMessage() : undefined;
      case "unseen":
        world.hub.dropNextPresence();
        return one.release && one.realtime.setPresenceState(ROOM, { customState: { at: world.clock.now() } });
      case "double":
        return world.hub.doubleNextMessage();
    }
  }

  return { tabs, act, open, write: () => world.hub.publish(NEWS, "message", ++written) };
}

test.each(["offset", "cursor"] as const)(
  "after quiet every tab has every message once, and each user is one connection (%s)",
  async (recovery) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), fc.nat(), async (steps, seed) => {
        const world = createTabWorld({ seed });
        const { tabs, act, open, write } = play(world, recovery);
        // An opaque place before the first message of all is found by nobody but who gave it: that is said to be a gap.
        if (recovery === "cursor") write();
        open("ada");
        open("ada");
        for (const each of steps) await act(each);
        for (const each of tabs) {
          if (each.isGone) continue;
          each.wake();
          each.env.page.set("visible");
        }
        await world.settle(QUIET_MS);
        const showMyself = async () => {
          const one = tabs.find(({ isGone, release }) => !isGone && release);
          one?.realtime.setPresenceState(ROOM, { customState: { at: world.clock.now() } });
          await world.settle(5);
        };
        // The last ones show a hole, and that everybody is there.
        for (const each of steps) {
          if (each.do === "hole") write();
          if (each.do === "unseen") await showMyself();
        }
        write();
        await showMyself();
        await world.settle(QUIET_MS);
        const here = tabs.filter(({ isGone }) => !isGone);
        const log = world.hub.messages(NEWS).map(({ data }) => data);
        for (const { heard, liveAt, gaps, client } of here) {
          expect(gaps, `gaps of ${client}`).toEqual([]);
          expect(heard, `what ${client} heard`).toEqual(log.slice(log.length - heard.length));
          expect(heard.length, `how much ${client} heard`).toBeGreaterThanOrEqual(log.length - (liveAt ?? 0));
        }
        expect(new Set(log).size, "nothing stands in the log twice").toBe(log.length);
        for (const { acks } of here) await Promise.all(acks);
        for (const { outOfTurn, client } of tabs) expect(outOfTurn, `said to ${client} out of turn`).toEqual([]);
        const users = [...new Set(here.map(({ user }) => user))].sort();
        expect(world.hub.clients.map((client) => client.split("-")[0]).sort()).toEqual(users);
        const members = [...new Set(here.filter(({ release }) => release).map(({ user }) => user))].sort();
        expect(
          world.hub
            .members(ROOM)
            .map(({ user }) => user.userId)
            .sort(),
          "members, without ghosts",
        ).toEqual(members);
        for (const { realtime, release } of here) {
          const seen = realtime.presence(ROOM).getMembers();
          if (!release) continue;
          expect(seen.map(({ userId }) => userId).sort()).toEqual(members);
          expect(realtime.channel(ROOM).$status.get()?.continuity).toBe("live");
        }
        for (const { realtime } of tabs) realtime.dispose();
        await world.settle(QUIET_MS);
        expect(world.hub.clients, "connections after the end").toEqual([]);
        expect(world.browser.locks, "locks after the end").toEqual([]);
        expect(world.browser.lines, "lines after the end").toBe(0);
        expect(world.clock.pendingTimers, "timers after the end").toBe(0);
      }),
      { numRuns: Number(process.env["ATTUNE_RUNS"] ?? 100) },
    );
  },
  120_000,
);

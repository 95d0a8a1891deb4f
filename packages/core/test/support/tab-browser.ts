/** The tabs of one browser: locks and lines as the platform has them, and tabs that crash, hang and come back. */
import type { Driver, DriverHost } from "@attune/core/driver";
import type { TabsEnvironment } from "@attune/core/tabs";
import type { ManualClock } from "@attune/testing";

interface Request {
  readonly tab: Tab;
  readonly held: () => Promise<void> | undefined;
  resolve(): void;
  reject(error: Error): void;
}

interface Line {
  readonly tab: Tab;
  readonly heard: (data: unknown) => void;
}

/** One tab, as the browser has it. */
export interface Tab {
  readonly env: TabsEnvironment;
  /** Its clock: timers wait while it hangs. */
  readonly clock: ManualClock;
  /** Its driver, through which nothing comes while it hangs. */
  dress(driver: Driver): Driver;
  /** It is gone, without a word. */
  crash(): void;
  /** Its main thread hangs: nothing runs, what arrives waits. */
  hang(): void;
  wake(): void;
  readonly isDead: boolean;
}

export interface Browser {
  tab(): Tab;
  /** Locks that somebody holds. */
  readonly locks: readonly string[];
  /** Lines that are open. */
  readonly lines: number;
  /** What was posted, ever. */
  readonly posted: number;
  /** From now on what is posted takes this long. */
  latencyMs: number;
}

const aborted = (): Error => Object.assign(new Error("aborted"), { name: "AbortError" });

export function createBrowser(clock: ManualClock): Browser {
  const queues = new Map<string, Request[]>();
  const lines = new Map<string, Set<Line>>();
  let posted = 0;

  /** The first of a queue holds the lock. */
  function grant(name: string): void {
    const [first] = queues.get(name) ?? [];
    if (!first) return void queues.delete(name);
    later(first.tab, () => {
      if (queues.get(name)?.[0] !== first) return;
      const free = (): void => {
        const queue = queues.get(name) ?? [];
        if (queue[0] !== first) return;
        queue.shift();
        first.resolve();
        grant(name);
      };
      const done = first.held();
      if (done) void done.then(free);
      else free();
    });
  }

  function request(tab: Tab): TabsEnvironment["locks"]["request"] {
    return (name, { steal, signal }, held) =>
      new Promise<void>((resolve, reject) => {
        // What a dead tab still has under way is nobody's any more.
        if (tab.isDead) return;
        const mine: Request = { tab, held, resolve, reject: (error) => later(tab, () => reject(error)) };
        const queue = queues.get(name) ?? [];
        queues.set(name, queue);
        if (steal) queue.shift()?.reject(aborted());
        if (steal) queue.unshift(mine);
        else queue.push(mine);
        signal?.addEventListener("abort", () => {
          const at = queue.indexOf(mine);
          // Once it is held, only its holder gives it up.
          if (at > 0) queue.splice(at, 1);
          if (at > 0) mine.reject(aborted());
        });
        if (queue[0] === mine) grant(name);
      });
  }

  function later(tab: Tab, run: () => void): void {
    void Promise.resolve().then(() => (tab as GatedTab).gate(run));
  }

  const browser: Browser = {
    latencyMs: 1,
    tab: () => createTab(),
    get locks() {
      return [...queues.keys()];
    },
    get lines() {
      return [...lines.values()].reduce((sum, those) => sum + those.size, 0);
    },
    get posted() {
      return posted;
    },
  };

  interface GatedTab extends Tab {
    gate(run: () => void): void;
  }

  function createTab(): Tab {
    const own = new Set<() => void>();
    let state: "running" | "hanging" | "dead" = "running";
    let backlog: (() => void)[] = [];
    const gate = (run: () => void): void => {
      if (state === "running") run();
      else if (state === "hanging") backlog.push(run);
    };
    const tab: GatedTab = {
      gate,
      clock: {
        ...clock,
        get pendingTimers() {
          return clock.pendingTimers;
        },
        after(ms, run) {
          let isOff = false;
          const stop = clock.after(ms, () => gate(() => isOff || run()));
          return () => {
            isOff = true;
            stop();
          };
        },
      },
      env: {
        locks: { request: (...args) => request(tab)(...args) },
        digest: async (text) => text,
        line(name, heard) {
          const mine: Line = { tab, heard };
          const those = lines.get(name) ?? new Set();
          lines.set(name, those.add(mine));
          const close = (): void => void those.delete(mine);
          own.add(close);
          return {
            close,
            post(data) {
              if (state === "dead") return;
              // As the platform does, and nothing else: whoever posts here has forgotten that it is over.
              if (!those.has(mine)) throw new DOMException("The channel is closed.", "InvalidStateError");
              posted += 1;
              for (const other of those) {
                if (other === mine) continue;
                const arrive = (): void => void (those.has(other) && other.heard(structuredClone(data)));
                clock.after(browser.latencyMs, () => (other.tab as GatedTab).gate(arrive));
              }
            },
          };
        },
      },
      dress: (driver) => ({
        ...driver,
        connect: (host) => driver.connect(gated(host, gate)),
      }),
      crash() {
        state = "dead";
        backlog = [];
        for (const close of own) close();
        for (const [name, queue] of queues) {
          const wasHeld = queue[0]?.tab === tab;
          queue.splice(0, queue.length, ...queue.filter((each) => each.tab !== tab));
          if (wasHeld) grant(name);
        }
      },
      hang() {
        state = "hanging";
      },
      wake() {
        if (state !== "hanging") return;
        state = "running";
        const waiting = backlog;
        backlog = [];
        for (const run of waiting) gate(run);
      },
      get isDead() {
        return state === "dead";
      },
    };
    return tab;
  }

  return browser;
}

/** A host to which nothing comes while its tab hangs. */
function gated(host: DriverHost, gate: (run: () => void) => void): DriverHost {
  const said = [
    "opened",
    "closed",
    "transport",
    "traffic",
    "attached",
    "messages",
    "presence",
    "signals",
    "live",
    "detached",
  ];
  const through = Object.fromEntries(
    said.map((name) => [
      name,
      (...args: unknown[]) => gate(() => (host[name as "opened"] as (...all: unknown[]) => void)(...args)),
    ]),
  );
  return {
    ...(through as unknown as DriverHost),
    clock: host.clock,
    random: host.random,
    auth: () => host.auth(),
    get isVisible() {
      return host.isVisible;
    },
  };
}

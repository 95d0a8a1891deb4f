/** Plays a scenario on a target, by a clock. */
import type { Clock } from "@attune/protocol";
import { systemClock } from "../system-clock.js";
import { assertCan, type FaultTarget, type Lift } from "./fault-target.js";
import type { Moment, Scenario } from "./scenario.js";

/** A scenario that is under way. */
export interface Playing {
  /** What has been done so far, as it was scheduled: two runs of one scenario leave the same log. */
  readonly log: readonly Moment[];
  /** Resolves when the last moment is over; rejects with what the target threw, after taking back what lasts. */
  readonly finished: Promise<void>;
  /** Ends it now, takes back what lasts, and resolves when that is done. */
  stop(): Promise<void>;
}

/**
 * Plays a scenario.
 *
 * Two faults of one kind that overlap on one target are one: the first end is the end of both.
 *
 * @param options.clock default the machine's; give the manual clock of your test, and moments come when you advance it
 * @throws {RealtimeError} `unsupported`, before anything happens, when the target cannot do one of its faults
 * @example
 * ```ts
 * import { createMemoryHub, manualClock, memoryTarget, play, scenario } from "@attune/testing";
 * const clock = manualClock();
 * const hub = createMemoryHub({ clock });
 * const playing = play(scenario([{ every: [100, 300], times: 5, fault: "cut" }]), memoryTarget(hub), { clock });
 * await clock.advance(2_000);
 * await playing.finished;
 * ```
 */
export function play(
  { schedule }: Scenario,
  target: FaultTarget,
  { clock = systemClock }: { readonly clock?: Clock } = {},
): Playing {
  assertCan(
    target,
    schedule.flatMap(({ do: what, fault }) => (what === "strike" ? [fault] : [])),
  );
  const startedMs = clock.now();
  const log: Moment[] = [];
  const lasting = new Map<number, Lift>();
  const waiting = [...schedule];
  let cancel = (): void => {};
  let settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void };
  let isOver = false;
  const finished = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  // Whoever looks hears of it; a test that stops first must not fail for it.
  finished.catch(() => {});

  async function bringAbout({ do: what, strike, fault, pick }: Moment): Promise<void> {
    if (what === "strike") {
      const lift = await target.strike(fault, pick);
      // Stopped in the meantime: nobody else would take it back.
      if (isOver) await lift?.();
      else if (lift) lasting.set(strike, lift);
      return;
    }
    const lift = lasting.get(strike);
    lasting.delete(strike);
    await lift?.();
  }

  async function end(error?: unknown): Promise<void> {
    isOver = true;
    cancel();
    const lifts = [...lasting.values()];
    lasting.clear();
    for (const lift of lifts) await lift();
    if (error === undefined) settle.resolve();
    else settle.reject(error);
  }

  async function goOn(moment: Moment): Promise<void> {
    try {
      await bringAbout(moment);
      next();
    } catch (error) {
      await end(error).catch(() => settle.reject(error));
    }
  }

  function next(): void {
    const moment = waiting[0];
    if (isOver) return;
    if (!moment) return void end().catch((error: unknown) => settle.reject(error));
    cancel = clock.after(Math.max(0, startedMs + moment.atMs - clock.now()), () => {
      waiting.shift();
      log.push(moment);
      void goOn(moment);
    });
  }

  next();
  return {
    log,
    finished,
    async stop() {
      if (!isOver) await end();
    },
  };
}

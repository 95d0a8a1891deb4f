import { RealtimeError } from "@attune/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULT_RECONNECT } from "../../src/connection/backoff.js";
import { type MachineContext, type MachineEvent, type MachineState, transition } from "../../src/connection/machine.js";

const passing = new RealtimeError("connection-lost", "cut");
const final = new RealtimeError("unauthorized", "no");
const context: MachineContext = {
  nowMs: 1_000,
  random: () => 0,
  isOnline: true,
  options: DEFAULT_RECONNECT,
  connectTimeoutMs: 10_000,
  driverReconnects: false,
};
const lost: MachineEvent = { type: "lost", error: passing };

function run(
  events: readonly MachineEvent[],
  over: Partial<MachineContext> = {},
  from: MachineState = { name: "idle" },
): MachineState {
  return events.reduce<MachineState>((state, event) => transition(state, event, { ...context, ...over })[0], from);
}

const happens = (...types: Exclude<MachineEvent["type"], "lost">[]): MachineEvent[] => types.map((type) => ({ type }));

describe("a connection", () => {
  test("opens on request, and only once", () => {
    const [connecting, effects] = transition({ name: "idle" }, { type: "connect-requested" }, context);
    expect(connecting).toMatchObject({ name: "connecting", attempt: 0, timer: { ms: 10_000 } });
    expect(connecting).toHaveProperty("timer.event", "timed-out");
    expect(effects).toContain("open");
    expect(transition(connecting, { type: "connect-requested" }, context)).toEqual([connecting, []]);
  });

  test("waits for the backoff after a loss, and counts the attempt", () => {
    expect(run([...happens("connect-requested", "opened"), lost])).toMatchObject({
      name: "waiting",
      attempt: 1,
      retryAtMs: 2_000,
      timer: { ms: 1_000 },
    });
    expect(run([...happens("connect-requested", "opened"), lost, ...happens("retry-due"), lost])).toMatchObject({
      attempt: 2,
      timer: { ms: 2_000 },
    });
  });

  test("starts to count anew once it was open", () => {
    const again = run([
      ...happens("connect-requested"),
      lost,
      ...happens("retry-due"),
      lost,
      ...happens("retry-due", "opened"),
      lost,
    ]);
    expect(again).toMatchObject({ name: "waiting", attempt: 1 });
  });

  test("waits as long as the server says, instead of the backoff", () => {
    expect(run([...happens("connect-requested", "opened"), { ...lost, retryAfterMs: 7_777 }])).toMatchObject({
      retryAtMs: 8_777,
      timer: { ms: 7_777 },
    });
  });

  test("gives up after the last attempt, saying so", () => {
    const tries = Array.from({ length: 3 }, () => [lost, ...happens("retry-due")]).flat();
    const options = { ...DEFAULT_RECONNECT, maxAttempts: 3 };
    expect(run([...happens("connect-requested"), ...tries], { options }).name).toBe("connecting");
    const over = run([...happens("connect-requested"), ...tries, lost], { options });
    expect(over).toMatchObject({ name: "idle", error: { code: "permanently-disconnected", cause: passing } });
    expect(run(happens("connect-requested"), {}, over)).toMatchObject({ name: "connecting", attempt: 0 });
  });

  test("does not try again where that cannot help", () => {
    expect(run([...happens("connect-requested"), { type: "lost", error: final }])).toEqual({
      name: "idle",
      error: final,
    });
    expect(run([...happens("connect-requested", "opened"), { type: "lost", error: final }])).toEqual({
      name: "idle",
      error: final,
    });
  });

  test("counts an attempt that nobody answers", () => {
    expect(run(happens("connect-requested", "timed-out"))).toMatchObject({
      name: "waiting",
      attempt: 1,
      error: { code: "timeout" },
    });
  });

  test("tries at once when the page wakes up in the middle of a wait", () => {
    expect(run([...happens("connect-requested"), lost, ...happens("woke-up")])).toMatchObject({
      name: "connecting",
      attempt: 1,
    });
    expect(run(happens("connect-requested", "woke-up"))).toMatchObject({ name: "connecting", attempt: 0 });
  });

  test("waits for the network while offline, and tries as soon as it is back", () => {
    const offline = run(happens("connect-requested", "opened", "went-offline"));
    expect(offline).toMatchObject({ name: "offline", attempt: 1 });
    expect(run(happens("came-online"), {}, offline)).toMatchObject({ name: "connecting", attempt: 1 });
  });

  test("does not count an attempt that failed for want of a network", () => {
    const tries = run([...happens("connect-requested", "opened"), lost, ...happens("retry-due")]);
    expect(run([lost], { isOnline: false }, tries)).toMatchObject({ name: "offline", attempt: 1 });
  });

  test("does not give up because the network went away during the last attempt", () => {
    const options = { ...DEFAULT_RECONNECT, maxAttempts: 1 };
    const last = run([...happens("connect-requested"), lost, ...happens("retry-due")], { options });
    expect(run([lost], { options, isOnline: false }, last).name).toBe("offline");
  });

  test("says goodbye when it is closed on purpose, and not when it is lost", () => {
    const open = run(happens("connect-requested", "opened"));
    expect(transition(open, { type: "disconnect-requested" }, context)).toEqual([{ name: "idle" }, ["goodbye"]]);
    expect(transition(open, lost, context)[1]).toEqual(["close"]);
    expect(transition(open, { type: "reconnect-requested" }, context)[1]).toEqual(["close", "open"]);
  });
});

describe("a driver that reconnects by itself", () => {
  const over = { driverReconnects: true };

  test("is left alone after a loss: no close, no timer", () => {
    const open = run(happens("connect-requested", "opened"), over);
    const [waiting, effects] = transition(open, lost, { ...context, ...over });
    expect(effects).toEqual([]);
    expect(waiting).toMatchObject({ name: "waiting", attempt: 1 });
    expect(waiting).not.toHaveProperty("timer.ms");
    expect(run(happens("opened"), over, waiting)).toEqual({ name: "open" });
  });

  test("is believed when it says, while coming back, that there is no point", () => {
    const waiting = run([...happens("connect-requested", "opened"), lost], over);
    expect(run([{ type: "lost", error: final }], over, waiting)).toEqual({ name: "idle", error: final });
  });

  test("is started anew when it does not answer: a closed one cannot come back", () => {
    const stuck = run(happens("connect-requested", "timed-out"), over);
    expect(stuck).toHaveProperty("timer.event", "retry-due");
    expect(transition(stuck, { type: "retry-due" }, { ...context, ...over })[1]).toContain("open");
  });
});

const events = fc.oneof(
  fc.constantFrom(
    ...happens(
      "connect-requested",
      "disconnect-requested",
      "reconnect-requested",
      "opened",
      "timed-out",
      "retry-due",
      "came-online",
      "went-offline",
      "woke-up",
    ),
  ),
  fc.constantFrom<MachineEvent>(
    lost,
    { type: "lost", error: final },
    { type: "lost", error: passing, retryAfterMs: 5 },
  ),
);
const steps = fc.array(
  fc.record({
    event: fc.oneof(
      { weight: 40, arbitrary: events },
      { weight: 1, arbitrary: fc.constant<MachineEvent>({ type: "dispose-requested" }) },
    ),
    isOnline: fc.boolean(),
  }),
  { maxLength: 60 },
);

/** What the outside can say at all: timers fire in the state that owns them, drivers speak while they are open. */
function canHappen(state: MachineState, { type }: MachineEvent, isLinkOpen: boolean): boolean {
  if (type === "timed-out" || type === "retry-due") return "timer" in state && state.timer?.event === type;
  return (type !== "opened" && type !== "lost") || isLinkOpen;
}

describe("whatever happens, in any order", () => {
  const check = (
    driverReconnects: boolean,
    judge: (step: {
      before: MachineState;
      next: MachineState;
      effects: readonly string[];
      event: MachineEvent;
      isOnline: boolean;
      wasLinkOpen: boolean;
    }) => void,
  ) =>
    fc.assert(
      fc.property(steps, (all) => {
        let state: MachineState = { name: "idle" };
        let isLinkOpen = false;
        for (const { event, isOnline } of all) {
          if (!canHappen(state, event, isLinkOpen)) continue;
          const options = { ...DEFAULT_RECONNECT, maxAttempts: 4 };
          const [next, effects] = transition(state, event, { ...context, isOnline, driverReconnects, options });
          const wasLinkOpen = isLinkOpen;
          for (const effect of effects) {
            if (effect === "open") expect(isLinkOpen).toBe(false);
            isLinkOpen = effect === "open";
          }
          judge({ before: state, next, effects, event, isOnline, wasLinkOpen });
          if (next.name === "connecting" || next.name === "open") expect(isLinkOpen).toBe(true);
          if (next.name === "idle" || next.name === "offline" || next.name === "disposed")
            expect(isLinkOpen).toBe(false);
          state = next;
        }
      }),
      { numRuns: 500 },
    );

  describe.each([false, true])("with a driver that reconnects: %s", (driverReconnects) => {
    test("there are never two connections at a time", () => check(driverReconnects, () => {}));

    test("an event that means nothing leaves the very same state, and does nothing", () =>
      check(driverReconnects, ({ before, next, effects }) => {
        if (next === before) expect(effects).toEqual([]);
      }));

    test("only connecting and waiting have timers, and each the one of its own", () =>
      check(driverReconnects, ({ next }) => {
        const timer = "timer" in next ? next.timer : undefined;
        if (next.name === "connecting") expect(timer?.event).toBe("timed-out");
        else if (next.name === "waiting")
          expect(timer === undefined ? driverReconnects : timer.event === "retry-due").toBe(true);
        else expect(timer).toBe(undefined);
      }));

    test("something is always under way that leads out of waiting", () =>
      check(driverReconnects, ({ next, effects, wasLinkOpen }) => {
        if (next.name !== "waiting" || next.timer) return;
        expect(wasLinkOpen && !effects.includes("close")).toBe(true);
      }));

    test("no attempt is counted without a network, and none beyond the maximum", () =>
      check(driverReconnects, ({ before, next, isOnline }) => {
        if (!("attempt" in next)) return;
        expect(next.attempt).toBeLessThanOrEqual(4);
        const counted = "attempt" in before ? Math.max(1, before.attempt) : 1;
        if (!isOnline) expect(next.attempt).toBeLessThanOrEqual(counted);
      }));

    test("disposed is the end", () =>
      check(driverReconnects, ({ before, next }) => {
        if (before.name === "disposed") expect(next).toBe(before);
      }));
  });
});

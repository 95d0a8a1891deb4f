import { expect, test, vi } from "vitest";
import { until } from "../src/index.js";

test("gives the first truthy value of the condition", async () => {
  const seen: string[] = [];
  queueMicrotask(() => seen.push("hello"));
  expect(await until(() => seen[0])).toBe("hello");
});

test("waits for conditions that are promises", async () => {
  let calls = 0;
  expect(await until(async () => ++calls === 3 && "third")).toBe("third");
});

test("takes an error for not yet", async () => {
  let calls = 0;
  await until(() => {
    calls += 1;
    if (calls < 3) throw new Error("not there");
    return true;
  });
  expect(calls).toBe(3);
});

test("fails with the condition and the value it saw last", async () => {
  const state = { phase: "joining" };
  const waiting = until(() => state.phase === "joined" && state, { withinMs: 10, describe: () => state });
  await expect(waiting).rejects.toThrow(
    /Not so within 10 ms: .*state\.phase === "joined".*last seen: \{ phase: 'joining' \}/,
  );
});

test("fails with the last error, also as its cause", async () => {
  const cause = new Error("no members");
  const waiting = until(
    () => {
      throw cause;
    },
    { withinMs: 10 },
  );
  await expect(waiting).rejects.toMatchObject({ message: expect.stringContaining("no members"), cause });
});

test("fails in time when the condition never settles", async () => {
  await expect(until(() => new Promise(() => {}), { withinMs: 10 })).rejects.toThrow("did not settle");
});

test("works while the global timers are faked", async () => {
  vi.useFakeTimers();
  try {
    let calls = 0;
    await until(() => ++calls > 2);
    expect(calls).toBe(3);
  } finally {
    vi.useRealTimers();
  }
});

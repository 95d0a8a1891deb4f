import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRealtimeError } from "@attune/protocol";
import { afterAll, expect, test } from "vitest";
import type { BrokerNode, LogPage } from "../src/core.js";
import { createDurableBroker } from "../src/durable.js";
import { nodeEnv } from "../src/index.js";

const disk = mkdtempSync(join(tmpdir(), "attune-small-disk-"));
const isMounted = mount();

function mount(): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=6m", "none", disk], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

afterAll(() => {
  if (isMounted) execFileSync("umount", ["--lazy", disk]);
  rmSync(disk, { recursive: true });
});

const pageOf = (node: BrokerNode) => node.read("public:a", { after: 0, limit: 100_000 }) as LogPage;

// Only who may mount can have a disk this small.
test.skipIf(!isMounted).each(["process", "full"] as const)(
  "a disk that really is full refuses messages, takes them again when there is room, and loses none (%s)",
  async (sync) => {
    const reported: string[] = [];
    const env = { ...nodeEnv, report: (_error: unknown, where: string) => void reported.push(where) };
    const ballast = join(disk, "ballast");
    writeFileSync(ballast, Buffer.alloc(3_000_000));
    const path = join(disk, sync);
    const broker = await createDurableBroker({ path, sync, env, history: { ageMs: 3_600_000, messages: 100_000 } });
    const node = broker.connect();
    const delivered: string[] = [];
    const listener = { stateChanged: () => {}, rowsChanged: () => {}, signalled: () => {}, ended: () => {} };
    await node.open("public:a", { ...listener, appended: ({ id }) => void delivered.push(id) });
    const acked: string[] = [];
    let refused = 0;
    const say = async (sequence: number): Promise<boolean> => {
      const id = `ada:p:${sequence}`;
      const link = { owner: "ada", producer: "p", sequence, previous: sequence - 1 };
      const tail = `,"${id}","${"x".repeat(2_000)}"]`;
      try {
        const answer = await node.append("public:a", { id, timestampMs: env.clock.now(), tail, link });
        if (answer.outcome === "stored") acked.push(id);
        return answer.outcome === "stored";
      } catch (error) {
        refused++;
        if (!isRealtimeError(error, "storage-failed") || !error.retryable) throw error;
        expect(error.details).toEqual({ reason: "full" });
        return false;
      }
    };

    let next = 1;
    while (next < 5_000 && (await say(next))) next++;
    expect(next).toBeGreaterThan(50);
    for (let again = 0; again < 20; again++) expect(await say(next)).toBe(false);
    expect(pageOf(node).position.offset).toBe(acked.length);
    expect(reported).toEqual(["writing the log"]);

    rmSync(ballast);
    for (const end = next + 100; next < end; next++) expect(await say(next)).toBe(true);
    expect(delivered).toEqual(acked);
    const before = pageOf(node);
    await broker.close();

    const again = await createDurableBroker({ path, sync, env });
    expect(pageOf(again.connect()).position).toEqual(before.position);
    await again.close();
    rmSync(path, { recursive: true });
    expect(refused).toBe(21);
  },
);

test.skipIf(!isMounted)("a disk that is full refuses to open, and says what to do", async () => {
  const ballast = join(disk, "ballast");
  try {
    for (;;) writeFileSync(ballast, Buffer.alloc(4_096), { flag: "a" });
  } catch {
    // Full to the last page.
  }
  const error: unknown = await createDurableBroker({ path: join(disk, "no-room") }).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ code: "storage-failed", retryable: true, details: { reason: "full" } });
  expect((error as Error & { hint: string }).hint).toMatch(/Free space/);
  rmSync(ballast);
  const broker = await createDurableBroker({ path: join(disk, "no-room") });
  await broker.close();
});

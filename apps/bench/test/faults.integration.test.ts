/** The benchmark's soak, small: what is promised of lost connections, and that the same harness sees others break it. */
import { expect, test } from "vitest";
import { type SoakResult, soak } from "../src/faults/soak.js";
import { startServer } from "../src/servers/start-server.js";
import type { ClientSystem } from "../src/clients/client.js";

const PUBLISHES = 1_500;

async function runSoak(system: ClientSystem): Promise<SoakResult> {
  const server = await startServer({ system, lifted: { messagesPerMinute: 0 } });
  try {
    return await soak({ system, port: server.port, seed: 1, publishes: PUBLISHES, paceMs: 6 });
  } finally {
    await server.close();
  }
}

test("loses, doubles and reorders nothing while connections are cut", async () => {
  const { verdict, cuts } = await runSoak("attune");
  const { examples, ...counts } = verdict;
  expect(counts, JSON.stringify(examples)).toMatchObject({
    ok: true,
    published: PUBLISHES,
    acked: PUBLISHES,
    delivered: 4 * PUBLISHES,
    gaps: 0,
  });
  // Or it would have proved nothing. A busy machine reconnects more slowly, and so is cut less often.
  expect(cuts).toBeGreaterThan(8);
});

test("finds what plain Socket.IO loses in the same conditions", async () => {
  const { verdict } = await runSoak("socketio");
  expect(verdict.ok).toBe(false);
  expect(verdict.lost).toBeGreaterThan(0);
});

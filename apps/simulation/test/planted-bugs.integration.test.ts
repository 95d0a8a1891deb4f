/** The simulation can fail: each defence, taken out of the source, is missed within 1,000 schedules. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { foldersIn, root, sourceEntriesOf } from "../../../tools/workspace.mjs";
import { buildWith } from "../src/planted/plant.js";
import { PLANTED_BUGS } from "../src/planted/planted-bugs.js";

const workspace = { root, entries: Object.assign({}, ...foldersIn("packages").map(sourceEntriesOf)) };
const { stackTraceLimit } = Error;

beforeAll(() => {
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

describe("within 1,000 schedules it is found that", () => {
  test.each(PLANTED_BUGS)(
    "$name",
    async (bug) => {
      const { runRange } = await buildWith(bug, workspace);
      const { failures } = await runRange({ first: 1, count: 1_000, step: 1 }, (so) => so.failures.length > 0);
      expect(failures).toHaveLength(1);
    },
    180_000,
  );
});

/** What the small scripts of this folder count: code lines, test results, sizes in README files. */
import { expect, test } from "vitest";
import { codeLines } from "../code-lines.mjs";
import { replaceSizes, toKb } from "../readme-numbers.mjs";
import { countPlaywright, countVitest, sum } from "../test-counts.mjs";

test("code lines leave out blank lines and comments, and count each line of a template", () => {
  const text = [
    "/** Why. */",
    "",
    "// more",
    "const a = 1; // beside code",
    "/*",
    "x",
    "*/",
    "const b = `",
    "// no comment",
    "`;",
  ];
  expect(codeLines("a.ts", text.join("\n"))).toBe(4);
});

test("code lines of a component are its script and its markup", () => {
  const text = '<script lang="ts">\n// why\nlet a = 1;\n</script>\n\n<!-- x -->\n<p>{a}</p>\n';
  expect(codeLines("A.svelte", text)).toBe(2);
});

test("counts of several runners add up, and a file that does not load is a failure", () => {
  const file = { status: "failed", assertionResults: [] };
  const vitest = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1, testResults: [file] };
  const playwright = { stats: { expected: 2, unexpected: 1, flaky: 1, skipped: 0 }, errors: [] };
  expect(sum([countVitest(vitest), countPlaywright(playwright)])).toEqual({
    passed: 6,
    failed: 2,
    skipped: 2,
    total: 10,
  });
});

test("a size in a README is compared, and corrected on request", () => {
  expect(toKb(6849)).toBe("6.8 kB");
  const { text, wrong } = replaceSizes("core: <!-- size:core -->9 kB<!-- /size -->", { core: "6.8 kB" });
  expect(wrong).toHaveLength(1);
  expect(replaceSizes(text, { core: "6.8 kB" })).toEqual({
    text: "core: <!-- size:core -->6.8 kB<!-- /size -->",
    wrong: [],
  });
  expect(replaceSizes("<!-- size:other -->1 kB<!-- /size -->", {}).wrong[0]?.unknown).toBe(true);
});

test("a browser test that a driver declares not to have is not counted; any other skipped one is", () => {
  const skipped = (description: string) => ({
    tests: [{ status: "skipped", annotations: [{ type: "skip", description }] }],
  });
  const stats = { expected: 3, flaky: 0, unexpected: 0, skipped: 2 };
  const specs = [skipped('needs capability echo: "ordered"; the driver declares "none"'), skipped("not today")];
  expect(countPlaywright({ stats, suites: [{ suites: [{ specs }] }] })).toEqual({ passed: 3, failed: 0, skipped: 1 });
});

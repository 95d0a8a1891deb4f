/** The table of drivers is made of what passed, and of nothing else. */
import { expect, test } from "vitest";
import { replaceTable, toTable } from "../conformance-table.mjs";

type Line = readonly [driver: string, feature: string, result: string, status?: string];

const reportOf = (lines: readonly Line[]) => ({
  testResults: [
    {
      assertionResults: lines.map(([driver, feature, result, status = "passed"]) => ({
        fullName: `${driver}: ${feature}`,
        status,
        meta: { conformance: { driver, chapter: "any", feature, result } },
      })),
    },
    { assertionResults: [{ fullName: "another test", status: "failed", meta: {} }] },
  ],
});

test("drivers are columns by name, features rows in the order of the suite", () => {
  const { table, problems } = toTable(
    reportOf([
      ["b", "publish", "yes"],
      ["b", "history", "yes"],
      ["a", "publish", "yes"],
      ["a", "publish", "yes"],
      ["a", "echo", "ordered"],
      ["a", "history", "unsupported"],
    ]),
  );
  expect(problems).toEqual([]);
  expect(table.split("\n")).toEqual([
    "|  | a | b |",
    "| --- | --- | --- |",
    "| publish | yes | yes |",
    "| echo | ordered | – |",
    "| history | unsupported | yes |",
  ]);
});

test("a case that failed, or was skipped, or says otherwise than another one, is a problem", () => {
  const lines: Line[] = [
    ["a", "publish", "yes", "failed"],
    ["a", "history", "yes", "skipped"],
    ["a", "echo", "ordered"],
    ["a", "echo", "none"],
  ];
  expect(toTable(reportOf(lines)).problems).toHaveLength(3);
  expect(toTable(reportOf([])).problems).toHaveLength(1);
});

test("the table stands between its markers, and only there", () => {
  const text = "Before\n<!-- conformance -->\nold $1\n<!-- /conformance -->\nafter";
  const replaced = replaceTable(text, "new $1");
  expect(replaced).toEqual({ text: text.replace("old", "new"), isCurrent: false });
  expect(replaceTable(replaced?.text ?? "", "new $1")?.isCurrent).toBe(true);
  expect(replaceTable("no markers", "new")).toBeUndefined();
});

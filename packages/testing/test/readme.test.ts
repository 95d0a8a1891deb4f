import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("the example in the README is the one that is tested", () => {
  const example = readFileSync(new URL("./example.test.ts", import.meta.url), "utf8");
  expect(readFileSync(new URL("../README.md", import.meta.url), "utf8")).toContain(example);
});

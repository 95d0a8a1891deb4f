/** Makes a table, feature by driver, of what the conformance suite left in a report of vitest's JSON reporter. */

const NOT_APPLICABLE = "–";
const MARKED = /(<!-- conformance -->\n)([\s\S]*?)(\n<!-- \/conformance -->)/;

/**
 * @param report what `--reporter=json` writes
 * @returns the table in Markdown, and why it cannot be believed: cases that failed, or contradict one another
 */
export function toTable(report) {
  const tests = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ meta }) => meta?.conformance);
  const problems = tests
    .filter(({ status }) => status !== "passed")
    .map(({ fullName, status }) => `${status}: ${fullName}`);
  const drivers = [...new Set(tests.map(({ meta }) => meta.conformance.driver))].sort();
  const results = drivers.map((driver) => {
    const { byFeature, contradictions } = resultsOf(tests.filter(({ meta }) => meta.conformance.driver === driver));
    problems.push(...contradictions);
    return byFeature;
  });
  const rows = inSuiteOrder(results).map((feature) => [
    feature,
    ...results.map((byFeature) => byFeature.get(feature) ?? NOT_APPLICABLE),
  ]);
  const lines = [["", ...drivers], ["---", ...drivers.map(() => "---")], ...rows].map(
    (cells) => `| ${cells.join(" | ")} |`,
  );
  if (drivers.length === 0) problems.push("The report has no conformance tests in it.");
  return { table: lines.join("\n"), problems };
}

/** What one driver came to, by feature, in the order of the suite. */
function resultsOf(tests) {
  const byFeature = new Map();
  const contradictions = [];
  for (const { meta, fullName } of tests) {
    const { feature, result } = meta.conformance;
    const known = byFeature.get(feature) ?? result;
    if (known !== result) contradictions.push(`${fullName}: "${feature}" is ${result} here and ${known} elsewhere.`);
    byFeature.set(feature, result);
  }
  return { byFeature, contradictions };
}

/** All features: one that only some drivers have stands behind the one that precedes it there. */
function inSuiteOrder(results) {
  const order = [];
  for (const byFeature of results) {
    let at = 0;
    for (const feature of byFeature.keys()) {
      const found = order.indexOf(feature);
      if (found < 0) order.splice(at, 0, feature);
      at = (found < 0 ? at : found) + 1;
    }
  }
  return order;
}

/** @returns the text with the table between its markers, and whether it was there already; `undefined` without markers */
export function replaceTable(text, table) {
  const marked = MARKED.exec(text);
  if (!marked) return undefined;
  return { text: text.replace(MARKED, (_, open, __, close) => open + table + close), isCurrent: marked[2] === table };
}

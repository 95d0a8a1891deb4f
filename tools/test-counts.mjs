/** Turns the JSON reports of the test runners into { passed, failed, skipped }. */

export function sum(parts) {
  const of = (key) => parts.reduce((total, part) => total + (part[key] ?? 0), 0);
  const counts = { passed: of("passed"), failed: of("failed"), skipped: of("skipped") };
  return { ...counts, total: counts.passed + counts.failed + counts.skipped };
}

/** A file that could not even be loaded has no tests in it, and counts as one failure. */
export function countVitest(report) {
  const broken = report.testResults.filter((file) => file.status === "failed" && !hasFailedTest(file)).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function hasFailedTest(file) {
  return file.assertionResults.some((test) => test.status === "failed");
}

/**
 * A flaky test passed in the end. Errors outside tests (a server that did not start) count as one failure each.
 *
 * A test of what a driver declares not to have is no test of that driver: it counts as nothing.
 *
 * @param {{ stats: Record<"expected" | "flaky" | "unexpected" | "skipped", number>, errors?: readonly unknown[], suites?: readonly object[] }} report
 */
export function countPlaywright({ stats, errors = [], suites = [] }) {
  const skipped = stats.skipped - testsOf(suites).filter(isDeclaredGap).length;
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected + errors.length, skipped };
}

function testsOf(suites) {
  return suites.flatMap(({ suites: inner = [], specs = [] }) => [
    ...testsOf(inner),
    ...specs.flatMap(({ tests }) => tests),
  ]);
}

/** `needs()` of apps/e2e/tests/fixtures.ts says so. */
function isDeclaredGap({ status, annotations = [] }) {
  return (
    status === "skipped" &&
    annotations.some(({ type, description }) => type === "skip" && description?.startsWith("needs capability "))
  );
}

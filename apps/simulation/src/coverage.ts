/** Counts which fault struck a client in which state, and draws the table. */
import { CLIENT_FAULTS, SERVER_FAULTS } from "./schedule/actions.js";
import type { FaultName } from "./schedule/actions.js";
import { CLIENT_STATES } from "./schedule/client-state.js";
import type { ClientState } from "./schedule/client-state.js";

/** Hits by fault and state. */
export type Coverage = Record<FaultName, Record<ClientState, number>>;

const FAULTS: readonly FaultName[] = [...CLIENT_FAULTS, ...SERVER_FAULTS];

/** Nothing was struck yet. */
export function emptyCoverage(): Coverage {
  const none = (): Record<ClientState, number> =>
    Object.fromEntries(CLIENT_STATES.map((state) => [state, 0])) as Record<ClientState, number>;
  return Object.fromEntries(FAULTS.map((fault) => [fault, none()])) as Coverage;
}

/** One more hit. */
export function addHit(to: Coverage, fault: FaultName, state: ClientState): void {
  to[fault][state] += 1;
}

/** Adds one table to another. */
export function addCoverage(to: Coverage, more: Coverage): void {
  for (const fault of FAULTS) for (const state of CLIENT_STATES) to[fault][state] += more[fault][state];
}

/** The emptiest cell. */
export function leastCovered(coverage: Coverage): {
  readonly fault: FaultName;
  readonly state: ClientState;
  readonly hits: number;
} {
  const cells = FAULTS.flatMap((fault) =>
    CLIENT_STATES.map((state) => ({ fault, state, hits: coverage[fault][state] })),
  );
  return cells.reduce((least, cell) => (cell.hits < least.hits ? cell : least));
}

/** The table as Markdown. */
export function formatCoverage(coverage: Coverage): string {
  const rows = FAULTS.map(
    (fault) => `| ${fault} | ${CLIENT_STATES.map((state) => coverage[fault][state]).join(" | ")} |`,
  );
  return [`| fault | ${CLIENT_STATES.join(" | ")} |`, `| --- |${" ---: |".repeat(CLIENT_STATES.length)}`, ...rows].join(
    "\n",
  );
}

/** Decides whether a log that is opened again ends where it ended: if nobody can say, a new epoch begins. */

/** What an ack promises: that a killed process loses nothing, or a machine without power neither. */
export type Sync = "process" | "full";

/** What the last run left behind, as the database has it. */
export interface LastRun {
  readonly sync: Sync;
  /** Which boot of the machine it ran in. */
  readonly boot: string;
  /** Whether it closed the log itself. */
  readonly isClosed: boolean;
  /** Transactions that are in the log. */
  readonly commits: number;
}

/** What is seen from outside the database. */
export interface Evidence {
  readonly boot: string;
  /** Transactions that were answered, by the file beside the database; `undefined` when it cannot be read. */
  readonly witnessed: number | undefined;
}

/**
 * Looks for proof that every acknowledged message is still there.
 *
 * A killed process leaves its writes with the kernel, so within one boot nothing is lost. When the machine went down, only
 * what was synced is certain: with `full` everything, with `process` nothing but a log that was closed.
 *
 * @returns why it cannot be proved; `undefined` when it is
 */
export function doubtOf(last: LastRun, { boot, witnessed }: Evidence): string | undefined {
  if (witnessed !== undefined && witnessed > last.commits) {
    return `${witnessed} transactions were acknowledged, and ${last.commits} are there`;
  }
  if (last.isClosed) return undefined;
  if (witnessed === undefined) return "the file that counts the acknowledged transactions is missing or damaged";
  if (last.sync === "full" || isSameBoot(last.boot, boot)) return undefined;
  return "the machine went down while the log was open";
}

const CLOCK_TOLERANCE_MS = 10_000;

/** Boots are told apart by the kernel's id, or by when they began, which is known to some seconds. */
function isSameBoot(left: string, right: string): boolean {
  if (left === right) return true;
  const [leftMs, rightMs] = [startOf(left), startOf(right)];
  return leftMs !== undefined && rightMs !== undefined && Math.abs(leftMs - rightMs) <= CLOCK_TOLERANCE_MS;
}

function startOf(boot: string): number | undefined {
  return boot.startsWith("at:") ? Number(boot.slice(3)) : undefined;
}

/** Turns what SQLite and the file system say into errors that tell the operator what to do. */
import { isRealtimeError, RealtimeError } from "@attune/protocol";

interface Cause {
  readonly reason: string;
  readonly what: string;
  readonly hint: string;
}

const FULL: Cause = {
  reason: "full",
  what: "the disk is full",
  hint: "Free space on the disk; nothing else is needed.",
};
const DENIED: Cause = {
  reason: "denied",
  what: "it may not be written",
  hint: "Give the server's user the right to write there, or choose another path.",
};
const LOCKED: Cause = {
  reason: "locked",
  what: "another process has it open",
  hint: "Stop the other process, or give each server a directory of its own. Nodes share a broker such as Redis, not a directory.",
};
const CORRUPT: Cause = {
  reason: "corrupt",
  what: "a file is damaged",
  hint: "Move the directory away and start anew, or restore a backup. Clients are told of a gap either way.",
};
const OTHER: Cause = {
  reason: "failed",
  what: "the storage failed",
  hint: "Look at the cause, and at the disk's health.",
};

/** By code of SQLite, or of the file system. */
const CAUSES: readonly (readonly [RegExp, Cause])[] = [
  [/^(SQLITE_FULL|ENOSPC|EDQUOT|EFBIG)/, FULL],
  [/^(SQLITE_BUSY|SQLITE_LOCKED)/, LOCKED],
  [/^(SQLITE_CORRUPT|SQLITE_NOTADB|SQLITE_FORMAT)/, CORRUPT],
  [/^(SQLITE_CANTOPEN|SQLITE_READONLY|SQLITE_PERM|EACCES|EPERM|EROFS|ENOTDIR|EEXIST|EISDIR|ENOENT)/, DENIED],
];

/**
 * An error of the storage as one of ours: `storage-corrupt` for files that no waiting will mend, else `storage-failed`,
 * which is retryable. `details.reason` is `full`, `locked`, `corrupt`, `denied` or `failed`.
 *
 * @param what was not done, as the beginning of a sentence
 */
export function toStorageError(error: unknown, what: string): RealtimeError {
  if (isRealtimeError(error)) return error;
  const code = String((error as { code?: unknown } | null)?.code ?? "");
  const cause = CAUSES.find(([codes]) => codes.test(code))?.[1] ?? OTHER;
  return new RealtimeError(cause === CORRUPT ? "storage-corrupt" : "storage-failed", `${what}: ${cause.what}.`, {
    hint: cause.hint,
    details: { reason: cause.reason },
    cause: error,
  });
}

/** What a declared gap must do: throw `unsupported`, in core and in the driver, so that nothing pretends. */
import type { RealtimeError } from "@attune/protocol";
import { expect } from "vitest";
import type { Stage } from "./stage.js";

/**
 * Checks that a call throws, or rejects with, `unsupported`.
 *
 * @param what the call, as `history()`
 */
export async function expectUnsupported(stage: Stage, what: string, call: () => unknown): Promise<void> {
  const { value, error } = await stage.settled(`${what} answers`, (async () => call())());
  const code = (error as RealtimeError | undefined)?.code;
  const said = error === undefined ? `it returned ${String(value)}` : `it threw ${String(error)}`;
  expect(code, `${what} is declared as a gap, so it must throw RealtimeError "unsupported"; ${said}`).toBe(
    "unsupported",
  );
}

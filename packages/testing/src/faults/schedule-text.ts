/** A schedule as JSON lines: what is written after a failure is what is played again. */
import { RealtimeError } from "@attune/protocol";
import type { Moment, Scenario } from "./scenario.js";

/**
 * Writes a scenario as JSON lines: its seed, then each moment.
 *
 * @example
 * ```ts
 * import { formatScenario, parseScenario, scenario } from "@attune/testing";
 * const text = formatScenario(scenario([{ after: 500, fault: "reset" }]));
 * const again = parseScenario(text); // plays exactly as the first one
 * ```
 */
export function formatScenario({ seed, schedule }: Scenario): string {
  return [{ seed }, ...schedule].map((line) => `${JSON.stringify(line)}\n`).join("");
}

/**
 * Reads what {@link formatScenario} wrote.
 *
 * @throws {RealtimeError} `invalid-option` for text that is no scenario
 */
export function parseScenario(text: string): Scenario {
  try {
    const [{ seed }, ...schedule] = text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line)) as [{ readonly seed: number }, ...Moment[]];
    if (typeof seed !== "number") throw new Error("it begins without a seed");
    return { seed, schedule, lastsMs: schedule.at(-1)?.atMs ?? 0 };
  } catch (cause) {
    throw new RealtimeError("invalid-option", `This text is no scenario: ${String(cause)}`, { cause });
  }
}

/** A target that does what it is told, and writes it down. */
import { type Fault, type FaultTarget, isLasting } from "../src/index.js";

/** Does everything but `corrupt`, and writes it down with the time. */
export function recorder(clock: { now(): number }, name = "recorder", cannot: Fault["fault"] = "corrupt") {
  const startedMs = clock.now();
  const done: string[] = [];
  const note = (what: string, { fault, on }: Fault) =>
    void done.push(`${clock.now() - startedMs} ${what} ${fault}${on === undefined ? "" : ` ${on}`}`);
  const target: FaultTarget = {
    name,
    cannot: ({ fault }) => (fault === cannot ? "not here" : undefined),
    strike(fault) {
      note("strike", fault);
      return isLasting(fault) ? () => note("lift", fault) : undefined;
    },
  };
  return { target, done };
}

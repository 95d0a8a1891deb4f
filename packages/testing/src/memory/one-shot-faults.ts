/** Faults that strike once, when the next thing of their kind comes by. */
import type { LogMessage, RealtimeError } from "@attune/protocol";

/** What can strike the next time. */
type OneShot = "drop-ack" | "drop-message" | "double-message" | "swap-messages" | "drop-presence";

/** Faults that are armed now. */
export interface OneShotFaults {
  arm(fault: OneShot): void;
  /** Whether this fault strikes now; if so, it is used up. */
  strikes(fault: OneShot): boolean;
  /** The next publish is refused with this. */
  rejection: RealtimeError | undefined;
  /** What subscribers get in place of a message that was just taken: nothing, itself, itself twice, or two in the wrong order. */
  mangle(message: LogMessage): readonly LogMessage[];
}

/** Starts with no fault armed. */
export function createOneShotFaults(): OneShotFaults {
  const armed: OneShot[] = [];
  let heldBack: LogMessage | undefined;

  function strikes(fault: OneShot): boolean {
    const index = armed.indexOf(fault);
    if (index >= 0) armed.splice(index, 1);
    return index >= 0;
  }

  return {
    rejection: undefined,
    arm(fault) {
      armed.push(fault);
    },
    strikes,
    mangle(message) {
      if (strikes("drop-message")) return [];
      if (strikes("double-message")) return [message, message];
      if (heldBack) {
        const both = [message, heldBack];
        heldBack = undefined;
        return both;
      }
      if (!strikes("swap-messages")) return [message];
      heldBack = message;
      return [];
    },
  };
}

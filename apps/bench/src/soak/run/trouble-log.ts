/** What was wrong, with whom, from when to when. */
import type { Fault } from "@attune/testing";
import { nowMs } from "../../now.js";

/** One fault, as it struck. */
export interface Trouble {
  readonly fault: Fault;
  /** A client, a group of them, or the server. */
  readonly whom: string;
  readonly fromMs: number;
  /** `Infinity` while it lasts. */
  untilMs: number;
}

/** The server, among those who can be struck. */
export const SERVER = "server";

/** Notes what strikes. */
export class TroubleLog {
  readonly all: Trouble[] = [];

  /** @returns what says that it is over */
  begin(fault: Fault, whom: string): () => void {
    const trouble: Trouble = { fault, whom, fromMs: nowMs(), untilMs: Number.POSITIVE_INFINITY };
    this.all.push(trouble);
    return () => {
      trouble.untilMs = nowMs();
    };
  }
}

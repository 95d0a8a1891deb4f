/** Shows a new token on the open connection, before the one that it has expires. */
import { backoffMs, DEFAULT_RECONNECT } from "../connection/backoff.js";
import type { DriverHost } from "../driver.js";

/** Sooner than this before the end there is no need: less of a token's life is wasted. */
const MARGIN_MS = 30_000;
/** No timer can wait longer; what comes after is up to `look`. Source: HTML Standard, section 8.6 "Timers". */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** The watch over the token of a connection, and of those that follow on the same pipe. */
export interface Renewal {
  /** The token to say hello with. */
  first(): Promise<string | undefined>;
  /** The token that was shown holds for so many milliseconds more. `undefined`: for ever, or there is no connection to show another one on. */
  holds(ms: number | undefined): void;
  /**
   * Is it time? Cheap when it is not. To be called whenever anything happens: timers stand still while the machine sleeps, and those of hidden
   * pages come late.
   */
  look(): void;
}

/** Makes the watch. It knows of durations only, so the time of day of neither end matters. */
export function createRenewal(
  { auth, clock, random }: Pick<DriverHost, "auth" | "clock" | "random">,
  show: (token: string | undefined) => void,
): Renewal {
  let shown: string | undefined;
  let dueMs = Infinity;
  let failures = 0;
  let turn = 0;
  let cancel = (): void => {};

  function wait(ms: number): void {
    dueMs = clock.now() + ms;
    cancel = clock.after(Math.min(ms, MAX_DELAY_MS), look);
  }

  async function renew(mine: number): Promise<void> {
    // The token that is there still holds; when it does not, the server says so, and the next attempt tells why there is none.
    const token = await auth(true).catch(() => shown);
    if (mine !== turn) return;
    if (token === shown) return wait(backoffMs(++failures, random, DEFAULT_RECONNECT));
    shown = token;
    show(token);
  }

  function look(): void {
    if (clock.now() < dueMs) return;
    dueMs = Infinity;
    cancel();
    void renew(turn);
  }

  return {
    first: async () => (shown = await auth()),
    holds(ms) {
      turn += 1;
      failures = 0;
      dueMs = Infinity;
      cancel();
      if (ms !== undefined) wait(Math.max(ms * 0.8, ms - MARGIN_MS));
    },
    look,
  };
}

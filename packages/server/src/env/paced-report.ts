/** Reports errors that strangers can bring about as often as they like: the log must not be theirs to fill. */
import { TokenBucket } from "../rate/token-bucket.js";
import type { ServerEnv } from "./server-env.js";

/** So many at once, then one in ten seconds. */
const AT_ONCE = 10;
const PER_SECOND = 0.1;

/** Hands errors on at a bounded rate, and says how many it left out. */
export class PacedReport {
  readonly #env: ServerEnv;
  readonly #where: string;
  readonly #bucket = new TokenBucket(PER_SECOND, AT_ONCE);
  #leftOut = 0;

  /** @param where says what was being done */
  constructor(env: ServerEnv, where: string) {
    this.#env = env;
    this.#where = where;
  }

  report(error: unknown): void {
    if (this.#bucket.take(this.#env.uptimeMs()) > 0) {
      this.#leftOut++;
      return;
    }
    const before = this.#leftOut === 0 ? "" : ` (${this.#leftOut} more before this were left out)`;
    this.#leftOut = 0;
    this.#env.report(error, `${this.#where}${before}`);
  }
}

/** Frames that come twice, in the wrong order, or once more long after: what no transport should do, and some proxies have done. */
import type { PathCondition } from "./path.js";

/** Frames of the server that a client must be able to hear again at any time. */
const REPLAYABLE = /^\{"t":"(?:msg|pres|ack|nack|chunk|joined)"/;
/** Frames of the live lanes, which may change places with one another. */
const SWAPPABLE = /^\{"t":"(?:msg|pres|sig)"/;
/** What makes a connection is said once, by the rules of the protocol. */
const UNIQUE = /^\{"t":"(?:hello|welcome|bye)"/;
const KEPT = 30;

/** Mangles the frames of one client's path, over all its connections. */
export class Mangler {
  readonly #past: string[] = [];
  #held: string | undefined;

  /** What arrives instead of a frame of the server. */
  down(path: PathCondition, text: string, random: () => number): string[] {
    const out = this.#swapped(path, text);
    if (path.duplicates > 0 && !UNIQUE.test(text)) {
      path.duplicates -= 1;
      out.push(text);
    }
    if (path.replays > 0 && this.#past.length > 0) {
      path.replays -= 1;
      out.push(this.#replayed(random));
    }
    if (REPLAYABLE.test(text)) this.#past.push(text);
    if (this.#past.length > KEPT) this.#past.shift();
    return out;
  }

  /** What arrives instead of a frame of the client. */
  up(path: PathCondition, text: string): string[] {
    if (path.duplicates <= 0 || UNIQUE.test(text)) return [text];
    path.duplicates -= 1;
    return [text, text];
  }

  /** A connection ended: what was held back belongs to it. */
  forgetHeld(): void {
    this.#held = undefined;
  }

  /** Old answers to a join and old steps of presence do the most harm, so each is as likely as all the rest. */
  #replayed(random: () => number): string {
    const kind = [`{"t":"joined"`, `{"t":"pres"`, ""][Math.floor(random() * 3)] as string;
    const some = this.#past.filter((text) => text.startsWith(kind));
    const from = some.length > 0 ? some : this.#past;
    return from[Math.floor(random() * from.length)] as string;
  }

  #swapped(path: PathCondition, text: string): string[] {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) return [text, held];
    if (path.swaps > 0 && SWAPPABLE.test(text)) {
      path.swaps -= 1;
      this.#held = text;
      return [];
    }
    return [text];
  }
}

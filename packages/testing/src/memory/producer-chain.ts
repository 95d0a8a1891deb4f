/** Recognises repeats of a producer's messages, and those that come before their turn. */
import { DEDUPE_RESULTS, type LogMessage } from "@attune/protocol";

/** What a provider does about repeats: nothing; answers them alike; or also insists on the order. */
export type DedupeRule = "none" | "repeats" | "chain";

/** What to do with a message that came in. */
export type Verdict =
  | { readonly kind: "append" }
  | { readonly kind: "repeat"; readonly first: LogMessage }
  | { readonly kind: "out-of-order"; readonly last: number }
  | { readonly kind: "forgotten" };

/** The results of one producer on one channel. */
export interface ProducerChain {
  judge(sequence: number, previous: number, rule: DedupeRule): Verdict;
  record(sequence: number, message: LogMessage): void;
}

/** Starts a chain that has seen nothing. It remembers the last 256 results. */
export function createProducerChain(): ProducerChain {
  const results = new Map<number, LogMessage>();
  let last = 0;
  return {
    judge(sequence, previous, rule) {
      if (rule === "none") return { kind: "append" };
      const first = results.get(sequence);
      if (first) return { kind: "repeat", first };
      if (rule === "repeats") return { kind: "append" };
      if (sequence <= last) return { kind: "forgotten" };
      return previous === last ? { kind: "append" } : { kind: "out-of-order", last };
    },
    record(sequence, message) {
      last = Math.max(last, sequence);
      results.set(sequence, message);
      const oldest = results.keys().next();
      if (results.size > DEDUPE_RESULTS && !oldest.done) results.delete(oldest.value);
    },
  };
}

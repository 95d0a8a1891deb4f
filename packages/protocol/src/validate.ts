/** Checks a payload: first its depth, then its schema, the same way on both ends. */
import type { Schema } from "./define-channels.js";
import { RealtimeError } from "./errors.js";
import { MAX_DEPTH } from "./limits.js";

/**
 * Refuses a payload that its schema does not describe exactly.
 *
 * Input must equal output: a schema that transforms, adds defaults or strips keys would make the two ends disagree.
 *
 * @param value what is to be sent, or was received
 * @param schema `undefined` checks the depth alone
 * @param subject what it is, for the message: `event "message" on "presence:room:1"`
 * @throws {RealtimeError} `invalid-payload`; `async-schema` when the schema answers with a promise
 * @example
 * ```ts
 * import { validatePayload } from "@attune/protocol";
 * import * as z from "zod";
 * validatePayload({ text: "hi" }, z.object({ text: z.string() }), 'event "message"');
 * ```
 */
export function validatePayload(value: unknown, schema: Schema | undefined, subject: string): void {
  if (!isShallowerThan(value, MAX_DEPTH)) throw invalid(subject, `it is nested deeper than ${MAX_DEPTH} levels`);
  if (!schema) return;
  const result = schema["~standard"].validate(value);
  if (result instanceof Promise) {
    throw new RealtimeError("async-schema", `The schema of ${subject} validates asynchronously.`);
  }
  if (result.issues) {
    const [issue] = result.issues;
    const path = issue?.path?.map((part) => (typeof part === "object" ? part.key : part)).join(".");
    throw invalid(subject, `${path ? `at ${path}: ` : ""}${issue?.message}`);
  }
  if (!isSame(value, result.value)) throw invalid(subject, "the schema would change it, or it has unexpected keys");
}

function invalid(subject: string, reason: string): RealtimeError {
  return new RealtimeError("invalid-payload", `Invalid payload of ${subject}: ${reason}.`);
}

function isShallowerThan(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (depth === 0) return false;
  for (const key in value) {
    // As a key, "__proto__" is harmless in parsed JSON and poison in the next merge: nobody needs it.
    if (key === "__proto__" || !isShallowerThan((value as Record<string, unknown>)[key], depth - 1)) return false;
  }
  return true;
}

/** Whether two JSON values are equal; a key whose value is `undefined` counts as absent, as it does on the wire. */
function isSame(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (
    typeof left !== "object" ||
    typeof right !== "object" ||
    !left ||
    !right ||
    Array.isArray(left) !== Array.isArray(right)
  ) {
    return false;
  }
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  for (const key of keys) {
    if (!isSame((left as Record<string, unknown>)[key], (right as Record<string, unknown>)[key])) return false;
  }
  return true;
}

/** Who the guests of the demo are. */
import { createHash } from "node:crypto";
import * as v from "valibot";
import { inventName } from "./names.js";

/** A guest, as everybody may see one. */
export interface GuestUser {
  readonly userId: string;
  readonly name: string;
}

const MAX_NAME_LENGTH = 40;

/** What a browser sends: its secret key, and the name it wishes for. */
const askForToken = v.object({ key: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)), name: v.optional(v.string()) });

/** By characters, so that none is cut in half. */
const shorten = (name: string): string => [...name.trim()].slice(0, MAX_NAME_LENGTH).join("");

/**
 * Who asks. Nothing is kept: an id is the hash of a key that only the guest's browser has. So nobody can take the id of
 * somebody else, and after a restart of the host everybody is who they were.
 *
 * @returns `undefined` when the question makes no sense
 */
export function guestWhoSent(body: unknown): GuestUser | undefined {
  const asked = v.safeParse(askForToken, body);
  if (!asked.success) return undefined;
  const userId = createHash("sha256").update(asked.output.key).digest("base64url").slice(0, 16);
  return { userId, name: shorten(asked.output.name ?? "") || inventName(userId) };
}

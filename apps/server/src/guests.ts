/** Who the guests of the demo are: signs tokens for them, and reads the tokens again. */
import { createHash } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";
import * as v from "valibot";
import { inventName } from "./names.js";

/** A guest, as everybody may see one. */
interface GuestUser {
  readonly userId: string;
  readonly name: string;
}

const MAX_NAME_LENGTH = 40;

/** What a browser sends: its secret key, and the name it wishes for. */
const askForToken = v.object({ key: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)), name: v.optional(v.string()) });

/** By characters, so that none is cut in half. */
const shorten = (name: string): string => [...name.trim()].slice(0, MAX_NAME_LENGTH).join("");

/** Hands out tokens. */
export interface Guests {
  /** @returns `undefined` when the question makes no sense */
  welcome(body: unknown): Promise<string | undefined>;
  /** Rejects when the token is not ours, or too old. */
  recognise(token: string | undefined): Promise<GuestUser>;
}

/**
 * The guest book, which keeps nothing: an id is the hash of a key that only the guest's browser has. So nobody can take
 * the id of somebody else, and after a restart of the host everybody is who they were.
 */
export function createGuests(secret: Uint8Array): Guests {
  return {
    async welcome(body) {
      const asked = v.safeParse(askForToken, body);
      if (!asked.success) return undefined;
      const userId = createHash("sha256").update(asked.output.key).digest("base64url").slice(0, 16);
      const name = shorten(asked.output.name ?? "") || inventName(userId);
      const token = new SignJWT({ name }).setProtectedHeader({ alg: "HS256" }).setSubject(userId);
      return token.setIssuedAt().setExpirationTime("1m").sign(secret);
    },
    async recognise(token) {
      const { payload } = await jwtVerify<{ name: string }>(token ?? "", secret, {
        algorithms: ["HS256"],
        requiredClaims: ["sub"],
      });
      return { userId: payload.sub as string, name: payload.name };
    },
  };
}

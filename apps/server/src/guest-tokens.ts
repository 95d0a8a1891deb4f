/** The tokens by which our own server knows a guest: signs them, and reads them again. */
import { RealtimeError } from "@attune/protocol";
import { jwtVerify, SignJWT } from "jose";
import type { GuestUser } from "./guests.js";

/** Tokens of one secret. */
export interface GuestTokens {
  sign(guest: GuestUser): Promise<string>;
  /** Rejects with `unauthorized` when the token is not ours, or too old. */
  recognise(token: string | undefined): Promise<GuestUser>;
}

export function createGuestTokens(secret: Uint8Array): GuestTokens {
  return {
    sign({ userId, name }) {
      const token = new SignJWT({ name }).setProtectedHeader({ alg: "HS256" }).setSubject(userId);
      return token.setIssuedAt().setExpirationTime("1m").sign(secret);
    },
    async recognise(token) {
      const { payload } = await jwtVerify<{ name: string }>(token ?? "", secret, {
        algorithms: ["HS256"],
        requiredClaims: ["sub"],
      }).catch((cause: unknown) => {
        throw new RealtimeError("unauthorized", "No token of this host, or too old.", { cause });
      });
      return { userId: payload.sub as string, name: payload.name };
    },
  };
}

/** Asks the app for tokens: one question at a time, however many need the answer. */
import { isRealtimeError, RealtimeError } from "@attune/protocol";
import type { Clock } from "@attune/protocol";
import type { Closed } from "../driver.js";

/** What an `auth` function is told. */
export interface AuthRequest {
  /** The last token is about to expire, or was refused: one that was kept MUST NOT be given again. */
  readonly isStale: boolean;
}

/** A token, or how to get one; asked for at every attempt, and before the last one expires. */
export type Auth = string | ((request: AuthRequest) => string | undefined | Promise<string | undefined>);

/** A request that died with the network may never settle: after this it no longer holds up another one. */
const HUNG_MS = 30_000;

/** The source of tokens of one service. */
export interface Tokens {
  /** Rejects with a `RealtimeError`: the app's own, or `auth-failed`. */
  ask(isStale?: boolean): Promise<string | undefined>;
  /** Reads why a connection is over. `isReturn`: an attempt of somebody who was let in before; there, a refused token may just be old, once. */
  judge(reason: Closed, isReturn: boolean): Closed;
  /** The last token was accepted. */
  accepted(): void;
  /** Whoever is asked next may be somebody else. */
  forget(): void;
}

/** Makes the source. */
export function createTokens(auth: Auth | undefined, { now }: Clock): Tokens {
  let flight: Promise<string | undefined> | undefined;
  let askedAtMs = 0;
  let wasRefused = false;

  async function fly(isStale: boolean): Promise<string | undefined> {
    try {
      return await (typeof auth === "function" ? auth({ isStale }) : auth);
    } catch (cause) {
      throw isRealtimeError(cause)
        ? cause
        : new RealtimeError("auth-failed", "Cannot connect: auth() failed.", { cause });
    }
  }

  return {
    ask(isStale = wasRefused) {
      if (flight && now() - askedAtMs < HUNG_MS) return flight;
      askedAtMs = now();
      const mine = fly(isStale).finally(() => {
        if (flight === mine) flight = undefined;
      });
      return (flight = mine);
    },
    judge(reason, isReturn) {
      const { error } = reason;
      const mayBeOld = isReturn && !wasRefused && error.code === "unauthorized";
      wasRefused ||= mayBeOld || error.code === "token-expired";
      return mayBeOld ? { error: new RealtimeError("token-expired", error.message, { cause: error }) } : reason;
    },
    accepted() {
      wasRefused = false;
    },
    forget() {
      flight = undefined;
    },
  };
}

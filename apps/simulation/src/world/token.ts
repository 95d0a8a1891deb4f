/** Tokens of a run: whose each is, and how long it holds. */

/** What a token says. */
export interface TokenClaims {
  readonly userId: string;
  /** From when the server sees it, in milliseconds; 0 for ever. */
  readonly lifeMs: number;
  /** No two of a client are the same. */
  readonly count: number;
}

export function tokenOf({ userId, lifeMs, count }: TokenClaims): string {
  return `${userId} ${lifeMs} ${count}`;
}

export function claimsOf(token: string): TokenClaims {
  const [userId = "", lifeMs, count] = token.split(" ");
  return { userId, lifeMs: Number(lifeMs), count: Number(count) };
}

/** The tokens of Supabase: making them for a test, and checking them as the service does. */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "@attune/protocol";
import { systemClock } from "../system-clock.js";

/** What {@link supabaseToken} signs with, unless told otherwise: no secret at all. */
export const DOUBLE_SECRET = "attune-supabase-double-no-secret";

/** A token that was found valid. */
export interface SupabaseToken {
  readonly raw: string;
  /** `anon`, `authenticated`, `service_role`, or one of the project's own. */
  readonly role: string;
  /** The user. */
  readonly sub?: string;
  /** Seconds since 1970; infinite for an API key. */
  readonly exp: number;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** What a token is made from. Other names become claims as they are. */
export interface SupabaseTokenClaims {
  readonly sub?: string;
  /** Default `authenticated`. */
  readonly role?: string;
  /** Seconds until it expires; negative for one that has. Default 3,600. */
  readonly expSeconds?: number;
  /** Default the double's. */
  readonly secret?: string;
  /** Says when now is. Default the machine's. */
  readonly clock?: Clock;
  readonly [claim: string]: unknown;
}

/** Why a token is not taken. `reason` is a join's answer, `status` a handshake's, `shutdown` a channel's last message. */
export interface TokenProblem {
  readonly reason: string;
  readonly status: string;
  readonly shutdown: string;
}

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/**
 * Makes a token that the double takes for a user's: a JWT, signed with HS256.
 *
 * @example
 * ```ts
 * import { supabaseToken } from "@attune/testing/supabase";
 * const token = supabaseToken({ sub: "ada", expSeconds: 60, name: "Ada" });
 * ```
 */
export function supabaseToken(options: SupabaseTokenClaims = {}): string {
  const {
    expSeconds = 3_600,
    secret = DOUBLE_SECRET,
    clock = systemClock,
    role = "authenticated",
    ...claims
  } = options;
  const nowSeconds = Math.floor(clock.now() / 1_000);
  const body = { aud: role, ...claims, role, iat: nowSeconds, exp: nowSeconds + expSeconds };
  const signed = `${encoded({ alg: "HS256", typ: "JWT" })}.${encoded(body)}`;
  return `${signed}.${signature(signed, secret)}`;
}

/** The claims that an API key stands for. */
export function tokenOfApiKey(raw: string): SupabaseToken {
  return { raw, role: "anon", exp: Number.POSITIVE_INFINITY, claims: { role: "anon" } };
}

/** Checks a JWT, in the order in which the service does. Source: jwt_verification.ex, channels_authorization.ex. */
export function checkJwt(raw: string, secret: string, nowMs: number): SupabaseToken | TokenProblem {
  const [head = "", body = "", signed] = raw.split(".");
  const header = decoded(head);
  const claims = decoded(body);
  if (!header || !claims || signed === undefined) {
    const text = "The token provided is not a valid JWT";
    return { reason: `MalformedJWT: ${text}`, status: text, shutdown: text };
  }
  if (header["alg"] !== "none" && !isSame(signed, signature(`${head}.${body}`, secret))) {
    const text = "Failed to validate JWT signature";
    return { reason: `JwtSignatureError: ${text}`, status: text, shutdown: ":signature_error" };
  }
  const { exp, role, sub } = claims;
  const nowSeconds = Math.floor(nowMs / 1_000);
  if (typeof exp === "number" && exp <= nowSeconds) return expired(nowSeconds - exp);
  if (typeof exp !== "number" || typeof role !== "string") {
    const text = "Fields `role` and `exp` are required in JWT";
    return { reason: `InvalidJWTToken: ${text}`, status: text, shutdown: text };
  }
  return { raw, role, exp, claims, ...(typeof sub === "string" ? { sub } : {}) };
}

/** The problem of a token that was good once. */
export function expired(secondsAgo: number): TokenProblem {
  const shutdown = `Token has expired ${Math.max(0, Math.floor(secondsAgo))} seconds ago`;
  return { reason: `InvalidJWTToken: ${shutdown}`, status: "Token has expired", shutdown };
}

function signature(text: string, secret: string): string {
  return createHmac("sha256", secret).update(text).digest("base64url");
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function decoded(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Who this client is, by the token that it shows to Supabase. */
import type { User } from "@attune/protocol";

interface Claims {
  readonly sub?: string;
  readonly email?: string;
  readonly user_metadata?: Readonly<Record<string, string | undefined>>;
}

/**
 * The user that an access token names; `null` when it names none, like the publishable key.
 *
 * Only read, not verified: the server does that, and every other client sees what this one says of itself.
 *
 * Source: claims of Supabase Auth tokens, https://supabase.com/docs/guides/auth/jwt-fields
 */
export function userOfToken(token: string | null): User | null {
  const { sub, email, user_metadata: profile = {} } = claimsOf(token);
  if (!sub) return null;
  const user = { userId: sub, name: `${profile["full_name"] || profile["name"] || email || sub}` };
  const avatar = profile["avatar_url"];
  return avatar ? { ...user, avatar: `${avatar}` } : user;
}

function claimsOf(token: string | null): Claims {
  try {
    const body = `${token}`.split(".")[1] ?? "";
    const bytes = Uint8Array.from(atob(body.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
    return Object(JSON.parse(new TextDecoder().decode(bytes))) as Claims;
  } catch {
    // A key that is no token says nothing about a user.
    return {};
  }
}

/** Who this client is, by the token that it shows to Supabase. */
import type { User } from "@attune/protocol";

interface Claims {
  readonly sub?: string;
  readonly email?: string;
  readonly user_metadata?: { readonly full_name?: string; readonly name?: string; readonly avatar_url?: string };
}

/**
 * The user that an access token names; `null` when it names none, like the publishable key.
 *
 * Only read, not verified: the server does that, and every other client sees what this one says of itself.
 *
 * Source: claims of Supabase Auth tokens, https://supabase.com/docs/guides/auth/jwt-fields
 */
export function userOfToken(token: string | null): User | null {
  try {
    const body = `${token}`.split(".")[1] as string;
    const bytes = Uint8Array.from(atob(body.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
    const { sub, email, user_metadata = {} } = JSON.parse(new TextDecoder().decode(bytes)) as Claims;
    const { full_name, name, avatar_url } = user_metadata;
    return sub
      ? { userId: sub, name: `${full_name || name || email || sub}`, ...(avatar_url && { avatar: `${avatar_url}` }) }
      : null;
  } catch {
    // A key that is no token says nothing about a user.
    return null;
  }
}

/** The channels that cases use, one of each kind. */
import type { Capabilities } from "@attune/core/driver";

/** Has members, where the provider has presence. */
export const PRESENCE_CHANNEL = "presence:room:1";
/** Has none. */
export const PRIVATE_CHANNEL = "private:room:1";
/** Open to everybody; a provider MAY recover less here than elsewhere, but not silently. */
export const PUBLIC_CHANNEL = "public:news";

/** Where the lossy lane is used: with members, where there are any, so that signals have names. */
export function livelyChannel({ presence }: Capabilities): string {
  return presence === false ? PRIVATE_CHANNEL : PRESENCE_CHANNEL;
}

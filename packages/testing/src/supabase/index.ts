/** A double of Supabase Realtime, for tests with the official client. */
export { supabaseTarget } from "./double-target.js";
export type { SupabaseFaults } from "./faults.js";
export type { SupabaseMessage } from "./message-table.js";
export type {
  SupabaseAccess,
  SupabaseDelays,
  SupabaseDoubleOptions,
  SupabaseLimits,
  SupabasePolicy,
} from "./options.js";
export type { SupabaseRowChange } from "./postgres-changes.js";
export type {
  SupabaseConnection,
  SupabaseMember,
  SupabaseReceived,
  SupabaseSent,
  SupabaseSubscriber,
} from "./records.js";
export { createSupabaseDouble } from "./supabase-double.js";
export type { SupabaseDouble } from "./supabase-double.js";
export { supabaseToken } from "./token.js";
export type { SupabaseToken, SupabaseTokenClaims } from "./token.js";

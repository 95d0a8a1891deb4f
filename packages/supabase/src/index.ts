/** Attune over Supabase Realtime. */
export { reconnectAfterMs } from "./env/reconnect-delay.js";
export type { KeyOf } from "./known-rows.js";
export { postgresChanges } from "./postgres-changes.js";
export type { PostgresChanges, PostgresChangesOptions, TableRows } from "./postgres-changes.js";
export type { RowChange, RowDelete, RowInsert, RowUpdate } from "./row-change.js";
export type {
  Broadcast,
  ChannelConfig,
  ChannelLike,
  Complaint,
  RealtimeLike,
  SubscribeStatus,
  SupabaseLike,
} from "./sdk.js";
export type {
  ChangeBinding,
  ChangePayload,
  ChangesChannelLike,
  ChangesClientLike,
  SystemWord,
} from "./sdk-changes.js";
export type { ReadAnswer } from "./snapshot-read.js";
export { supabase } from "./supabase.js";
export type { SupabaseOptions } from "./supabase.js";

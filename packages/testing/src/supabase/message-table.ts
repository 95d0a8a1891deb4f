/** The table `realtime.messages`: what was stored, and which part of it a join gets back. */
import type { Clock } from "@attune/protocol";

/** A stored broadcast. */
export interface SupabaseMessage {
  /** A UUID: what `meta.id` says. */
  readonly id: string;
  readonly topic: string;
  readonly event: string;
  readonly payload: unknown;
  readonly private: boolean;
  readonly insertedAtMs: number;
  readonly expiresAtMs?: number;
}

/** The stored broadcasts of all topics, oldest first. */
export interface MessageTable {
  insert(message: SupabaseMessage): void;
  /** The latest messages since a time, at most `limit`, oldest of them first. */
  replay(topic: string, sinceMs: number, limit: number): SupabaseMessage[];
  history(topic: string): SupabaseMessage[];
  /** Drops the rows of a topic. */
  forget(topic: string): void;
}

/** Makes an empty table. Source: supabase/realtime, lib/realtime/messages.ex. */
export function createMessageTable(clock: Clock, maxReplay: number, retentionMs: number): MessageTable {
  let rows: SupabaseMessage[] = [];

  function kept(topic: string): SupabaseMessage[] {
    rows = rows.filter(({ insertedAtMs }) => insertedAtMs > clock.now() - retentionMs);
    return rows.filter((row) => row.topic === topic);
  }

  return {
    insert: (message) => void rows.push(message),
    replay(topic, sinceMs, limit) {
      const now = clock.now();
      return kept(topic)
        .filter((row) => row.private && row.insertedAtMs >= sinceMs && (row.expiresAtMs ?? now + 1) > now)
        .slice(-Math.max(1, Math.min(limit, maxReplay)));
    },
    history: kept,
    forget(topic) {
      rows = rows.filter((row) => row.topic !== topic);
    },
  };
}

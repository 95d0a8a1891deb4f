/** Postgres changes: which rows a channel asked for, and how a change is told. */
import { isJson, type Json } from "./frame.js";
import { pushSystem } from "./session-end.js";
import { type ChangeFilter, type Session, type SupabaseState, wireTopic } from "./state.js";

/** A row that changed. */
export interface SupabaseRowChange {
  /** Default `public`. */
  readonly schema?: string;
  readonly table: string;
  readonly type: "INSERT" | "UPDATE" | "DELETE";
  /** The row as it is now; left out of a DELETE. */
  readonly record?: Readonly<Record<string, unknown>>;
  /** The row as it was: its primary key, or all of it with `replica identity full`. */
  readonly oldRecord?: Readonly<Record<string, unknown>>;
  /** Default guessed from the values. */
  readonly columns?: readonly { readonly name: string; readonly type: string }[];
}

const DEFAULT_WAIT_MS = 15_000;
const MAX_WAIT_MS = 20_000;

/** Reads what a join asks for. Equal filters get equal ids, as the service hashes them. */
export function changeFilters(asked: unknown): ChangeFilter[] {
  if (!Array.isArray(asked)) return [];
  return asked.filter(isJson).map((params) => ({ id: hashOf(JSON.stringify(params)), params }));
}

/** Holds a join back until changes flow, where it asks for that. Gives the reason when it takes too long. */
export async function waitForChanges(
  { settings: { clock, delays } }: SupabaseState,
  session: Session,
  options: Json,
): Promise<string | undefined> {
  if (options["wait"] !== true || session.changes.length === 0) return undefined;
  const asked = typeof options["timeout"] === "number" ? options["timeout"] : DEFAULT_WAIT_MS;
  const timeoutMs = Math.min(asked, MAX_WAIT_MS);
  await new Promise<void>((resolve) => void clock.after(Math.min(timeoutMs, delays.postgresMs), resolve));
  if (delays.postgresMs <= timeoutMs) {
    session.changesFlow = true;
    return undefined;
  }
  return `PostgresChangesSubscribeTimeout: Timed out after ${timeoutMs}ms waiting for the postgres_changes subscription`;
}

/** Starts what a join asked for, and says so. */
export function letChangesFlow({ settings }: SupabaseState, session: Session): void {
  if (session.changes.length === 0) return;
  const start = () => {
    if (!session.isOpen) return;
    session.changesFlow = true;
    pushSystem(session, "postgres_changes", "ok", "Subscribed to PostgreSQL");
  };
  if (session.changesFlow || settings.delays.postgresMs === 0) start();
  else settings.clock.after(settings.delays.postgresMs, start);
}

/** Tells everybody who asked for this row. */
export function tellChange(state: SupabaseState, sessions: Iterable<Session>, change: SupabaseRowChange): void {
  const { schema = "public", table, type, record, oldRecord } = change;
  const row = record ?? oldRecord ?? {};
  const data = {
    schema,
    table,
    commit_timestamp: new Date(state.settings.clock.now()).toISOString(),
    type,
    columns: change.columns ?? Object.entries(row).map(([name, value]) => ({ name, type: typeOf(value) })),
    ...(type === "DELETE" ? {} : { record: record ?? {} }),
    ...(type === "INSERT" ? {} : { old_record: oldRecord ?? {} }),
    errors: null,
  };
  for (const session of [...sessions]) {
    if (!session.changesFlow) continue;
    const ids = session.changes.filter(({ params }) => isAskedFor(params, schema, change)).map(({ id }) => id);
    if (ids.length === 0) continue;
    const payload = { ids: [...new Set(ids)], data };
    const topic = wireTopic(session.topic);
    session.connection.push({ joinRef: null, ref: null, topic, event: "postgres_changes", payload });
  }
}

function isAskedFor(params: Json, schema: string, { table, type, record, oldRecord }: SupabaseRowChange): boolean {
  const isAll = (asked: unknown, actual: string) => asked === undefined || asked === "*" || asked === actual;
  if (!isAll(params["event"], type) || !isAll(params["schema"], schema) || !isAll(params["table"], table)) return false;
  const filter = params["filter"];
  return typeof filter !== "string" || matches(filter, (type === "DELETE" ? oldRecord : record) ?? {});
}

/** `column=operator.value`, as PostgREST writes it. */
function matches(filter: string, row: Readonly<Record<string, unknown>>): boolean {
  const [, column = "", operator = "", value = ""] = /^([^=]+)=(\w+)\.(.*)$/s.exec(filter) ?? [];
  const actual = row[column];
  if (actual === undefined) return false;
  const order = typeof actual === "number" ? actual - Number(value) : String(actual).localeCompare(value);
  switch (operator) {
    case "eq":
      return String(actual) === value;
    case "neq":
      return String(actual) !== value;
    case "lt":
      return order < 0;
    case "lte":
      return order <= 0;
    case "gt":
      return order > 0;
    case "gte":
      return order >= 0;
    case "in":
      return value
        .replace(/^\(|\)$/g, "")
        .split(",")
        .includes(String(actual));
    default:
      return false;
  }
}

function typeOf(value: unknown): string {
  if (typeof value === "number") return Number.isInteger(value) ? "int8" : "float8";
  if (typeof value === "boolean") return "bool";
  return typeof value === "object" && value !== null ? "jsonb" : "text";
}

/** FNV-1a, cut to what Erlang's `phash2` gives. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash & 0x7ff_ffff;
}

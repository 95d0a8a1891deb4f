/** What the host is told by its arguments and its environment. */
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** A Supabase project of one's own. */
export interface SupabaseProject {
  readonly url: string;
  /** The publishable one: browsers get it. */
  readonly key: string;
  /** Signs the guests' tokens; it stays on the host. Without it, rooms are public topics, and nothing is replayed. */
  readonly jwtSecret: string | undefined;
}

/** Settings of the host. */
export interface Settings {
  /** 0 takes a free one. */
  readonly port: number;
  /** What carries the messages. Over Supabase without a project, a double of it. */
  readonly carrier:
    | {
        readonly driver: "socketio";
        /** Signs the guests' tokens. */
        readonly secret: Uint8Array;
        /** Where the rooms are kept; `undefined` keeps them in memory. */
        readonly dataDir: string | undefined;
      }
    | { readonly driver: "supabase"; readonly project: SupabaseProject | undefined };
}

/** Beside this app; from `dist/main.mjs`. Git ignores it. */
const dataDir = fileURLToPath(new URL("../.data", import.meta.url));

const DRIVERS = ["socketio", "supabase"];
const PROJECT = ["SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY"] as const;

/** @throws {Error} with a message for the user */
export function readSettings(args: readonly string[], env: NodeJS.ProcessEnv): Settings {
  const { values } = parseArgs({ args: [...args], options: { driver: { type: "string", default: "socketio" } } });
  if (!DRIVERS.includes(values.driver)) {
    throw new Error(`Unknown driver "${values.driver}". The demo runs with: ${DRIVERS.join(", ")}.`);
  }
  const port = Number(env["PORT"] || 4000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`PORT is "${env["PORT"]}", which is no port.`);
  if (values.driver === "supabase") return { port, carrier: { driver: "supabase", project: readProject(env) } };
  // Without one, a secret for this run: tokens live for a minute, and every attempt to connect asks for a new one.
  const secret = new TextEncoder().encode(env["GUEST_SECRET"] || randomBytes(32).toString("base64url"));
  return { port, carrier: { driver: "socketio", secret, dataDir: (env["DATA_DIR"] ?? dataDir) || undefined } };
}

function readProject(env: NodeJS.ProcessEnv): SupabaseProject | undefined {
  const missing = PROJECT.filter((name) => !env[name]);
  if (missing.length === PROJECT.length) return undefined;
  if (missing.length > 0) throw new Error(`A Supabase project needs ${missing.join(" and ")}, too: see .env.example.`);
  const [url = "", key = ""] = PROJECT.map((name) => env[name]);
  return { url, key, jwtSecret: env["SUPABASE_JWT_SECRET"] || undefined };
}

/** The demo over Supabase: a project of one's own, or a double of it on a port beside the host's. */
import type { Carrying } from "./carrying.js";
import type { SupabaseProject } from "./settings.js";

/** Broadcasts a second, taken in and given out; three people see one pointer move at the cost of 60. As of the Pro plan. */
const MESSAGES_PER_SECOND = 500;

/** Supabase Auth's own default: clients ask anew at each heartbeat, long before. */
const TOKEN_SECONDS = 3_600;

/** @param project without one, a double starts */
export async function startSupabase(project: SupabaseProject | undefined): Promise<Carrying> {
  // Loaded here, because the demo over Socket.IO has no use for it.
  const { createSupabaseDouble, supabaseToken } = await import("@attune/testing/supabase");
  const double = project
    ? undefined
    : await createSupabaseDouble({ persistence: true, limits: { messagesPerSecond: MESSAGES_PER_SECOND } });
  const { url, key } = project ?? { url: double?.url ?? "", key: "anon" };
  const hasTokens = !project || project.jwtSecret !== undefined;
  const signing = { expSeconds: TOKEN_SECONDS, ...(project?.jwtSecret ? { secret: project.jwtSecret } : {}) };
  return {
    carrier: { driver: "supabase", url, key, hasTokens },
    description: describe(url, project),
    async sign({ userId, name }) {
      // What a project cannot check is for the page only: it says there who the guest is.
      if (!hasTokens) return JSON.stringify({ userId, name });
      return supabaseToken({ ...signing, sub: userId, user_metadata: { name } });
    },
    attach() {},
    close: async () => double?.close(),
  };
}

function describe(url: string, project: SupabaseProject | undefined): string {
  if (!project)
    return `Over Supabase: a double of Realtime at ${url}, which forgets everything at the end. A project of your own: .env.example.`;
  const rooms = project.jwtSecret
    ? "private rooms, with the guests' tokens signed here"
    : "public rooms, for want of SUPABASE_JWT_SECRET";
  return `Over Supabase: ${url}, ${rooms}.`;
}

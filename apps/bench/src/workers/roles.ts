/** The workers there are. Each is loaded only in its own process. */
import type { Handlers } from "./handlers.js";

const roles = {
  server: () => import("./server-worker.js"),
  subscribers: () => import("./subscribers-worker.js"),
  members: () => import("./members-worker.js"),
  presence: () => import("./presence-worker.js"),
  newcomer: () => import("./newcomer-worker.js"),
  pair: () => import("./pair-worker.js"),
  "soak-server": () => import("./soak-server-worker.js"),
  "soak-clients": () => import("./soak-clients-worker.js"),
} satisfies Record<string, () => Promise<{ handlers: Handlers }>>;

/** The name of a worker. */
export type Role = keyof typeof roles;

/** What a worker can be asked. */
export type WorkerOf<R extends Role> = Awaited<ReturnType<(typeof roles)[R]>>["handlers"];

export async function loadHandlers(role: string): Promise<Handlers> {
  const { handlers } = await roles[role as Role]();
  return handlers;
}

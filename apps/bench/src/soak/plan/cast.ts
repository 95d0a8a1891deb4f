/** Who takes part in a soak, and in which process. */

/** A process with clients. */
export interface Group {
  readonly name: string;
  readonly clients: readonly string[];
  /** Reached without a proxy: they see all of the server's life, and nothing of the line's. */
  readonly isDirect: boolean;
  /** Killed and started again. */
  readonly isMortal: boolean;
}

const DAY_MS = 86_400_000;

/** The clients: most of them together, and, where processes are struck, some that are frozen, killed, or only look on. */
export function castOf(clients: number, hasProcesses: boolean): readonly Group[] {
  const named = (prefix: string, count: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
  const group = (name: string, names: readonly string[], more: Partial<Group> = {}): Group => ({
    name,
    clients: names,
    isDirect: false,
    isMortal: false,
    ...more,
  });
  if (!hasProcesses) return [group("crowd", named("client", clients))];
  return [
    group("crowd", named("client", Math.max(2, clients - 6))),
    group("watchers", named("watcher", 2), { isDirect: true }),
    group("sleepers", named("sleeper", 2)),
    group("mortals", named("mortal", 2), { isMortal: true }),
  ];
}

/** How far a client's clock is off: the first one's is a day fast, the second one's a day slow. */
export function skewOf(client: string): number {
  return client === "client-1" ? DAY_MS : client === "client-2" ? -DAY_MS : 0;
}

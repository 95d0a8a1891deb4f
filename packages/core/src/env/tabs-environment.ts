/** What tabs need of the browser to find each other: locks, lines, and a way to name a group without giving a token away. */

/** The part of the Web Locks API that is used. */
export interface TabLocks {
  request(
    name: string,
    options: { readonly steal?: boolean; readonly signal?: AbortSignal },
    held: () => Promise<void> | undefined,
  ): Promise<unknown>;
}

/** A line on which every tab hears all others. */
export interface TabLine {
  post(data: unknown): void;
  close(): void;
}

/** How tabs find each other. */
export interface TabsEnvironment {
  readonly locks: TabLocks;
  /** Opens the line of a name; what is posted arrives later, once and in order per sender, and not at the sender. */
  line(name: string, heard: (data: unknown) => void): TabLine;
  /** A name from which nobody can tell the text: a token is a secret. */
  digest(text: string): Promise<string>;
}

/** The browser's; `undefined` where something is missing, and on a server, where there are no tabs. */
export function browserTabs(scope: typeof globalThis = globalThis): TabsEnvironment | undefined {
  const locks = scope.navigator?.locks as LockManager | undefined;
  // Node has locks and channels too, but its processes are not the tabs of one person.
  if (!scope.document || !locks || !scope.BroadcastChannel || !scope.crypto?.subtle) return undefined;
  return {
    locks: locks as TabLocks,
    line(name, heard) {
      const channel = new scope.BroadcastChannel(name);
      channel.onmessage = ({ data }: MessageEvent<unknown>) => heard(data);
      return { post: (data) => channel.postMessage(data), close: () => channel.close() };
    },
    async digest(text) {
      const bytes = await scope.crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
      return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
    },
  };
}

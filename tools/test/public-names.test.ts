/** The names that people use are in what is published, and each of them is exercised by a test. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { beforeAll, describe, expect, test } from "vitest";
import { setUp } from "../pnpm.mjs";
import { root } from "../workspace.mjs";

/**
 * Where a name is exercised, by what is looked up: `Realtime.connect` is a member of an exported type, `usePresence().others`
 * one of what a function returns. Files are below the package's `test` folder.
 */
type Names = Readonly<Record<string, string>>;

const core: Names = {
  createRealtime: "support/world.ts",
  initRealtime: "service/init-realtime.test.ts",
  defineChannels: "service/validation.test.ts",
  "RealtimeOptions.driver": "support/world.ts",
  "RealtimeOptions.auth": "connection/connecting.test.ts",
  "RealtimeOptions.channels": "service/validation.test.ts",
  "RealtimeOptions.lazy": "connection/connecting.test.ts",
  "RealtimeOptions.queue": "outbox/queue.test.ts",
  "RealtimeOptions.env": "support/world.ts",
  "InitOptions.id": "service/init-realtime.test.ts",
  "Realtime.connect": "connection/connecting.test.ts",
  "Realtime.disconnect": "channel/leases.test.ts",
  "Realtime.dispose": "service/dispose.test.ts",
  "Realtime.subscribe": "service/listeners.test.ts",
  "Realtime.unsubscribe": "service/listeners.test.ts",
  "Realtime.subscribeToChannel": "service/listeners.test.ts",
  "Realtime.publish": "outbox/publishing.test.ts",
  "Realtime.signal": "channel/signals.test.ts",
  "Realtime.presence": "presence/presence.test.ts",
  "Realtime.setPresenceState": "presence/my-state.test.ts",
  "Realtime.startTyping": "typing/typing.test.ts",
  "Realtime.stopTyping": "typing/typing.test.ts",
  "Realtime.getConnectionState": "connection/connecting.test.ts",
  "Realtime.onConnectionChange": "connection/reconnecting.test.ts",
  "Realtime.getLatency": "connection/liveness.test.ts",
  "Realtime.on": "connection/reconnecting.test.ts",
  "Realtime.$connection": "connection/connecting.test.ts",
  "Realtime.$queue": "outbox/publishing.test.ts",
  "Realtime.channel": "channel/leases.test.ts",
  "Realtime.retry": "outbox/refusals.test.ts",
  "Realtime.discard": "outbox/refusals.test.ts",
  "ServiceNotices.permanently_disconnected": "connection/reconnecting.test.ts",
  "ServiceNotices.connection_degraded": "connection/liveness.test.ts",
  "ServiceNotices.connection_restored": "connection/liveness.test.ts",
  "ServiceNotices.sync_requested": "channel/recovery.test.ts",
  "ChannelPresence.getMembers": "presence/presence.test.ts",
  "ChannelPresence.onJoin": "service/listeners.test.ts",
  "ChannelPresence.onLeave": "channel/leases.test.ts",
  "ChannelPresence.onUpdate": "support/together.ts",
  "Channel.$status": "channel/leases.test.ts",
  "Channel.$members": "presence/presence.test.ts",
  "Channel.$me": "presence/my-state.test.ts",
  "Channel.$typing": "typing/typing.test.ts",
  "Channel.messages": "channel/messages.test.ts",
  "Channel.signals": "channel/signals.test.ts",
  "Channel.publish": "service/dispose.test.ts",
  "Channel.signal": "types/channels.test-d.ts",
  "Channel.on": "service/listeners.test.ts",
  "Channel.setMyState": "presence/my-state.test.ts",
  "Channel.startTyping": "service/dispose.test.ts",
  "Channel.history": "channel/history.test.ts",
  "Channel.join": "channel/leases.test.ts",
  "ChannelStatus.phase": "channel/leases.test.ts",
  "ChannelStatus.continuity": "channel/recovery.test.ts",
  "ChannelStatus.position": "channel/recovery.test.ts",
  "ChannelStatus.error": "channel/leases.test.ts",
  "ChannelNotices.member_joined": "presence/presence.test.ts",
  "ChannelNotices.member_left": "presence/presence.test.ts",
  "ChannelNotices.member_updated": "presence/presence.test.ts",
  "RealtimeMessage.data": "channel/recovery.test.ts",
  "RealtimeMessage.channel": "channel/recovery.test.ts",
  "RealtimeMessage.event": "channel/recovery.test.ts",
  "RealtimeMessage.timestamp": "channel/recovery.test.ts",
  "RealtimeMessage.id": "channel/recovery.test.ts",
  "RealtimeMessage.sender": "channel/recovery.test.ts",
  "PresenceMember.userId": "presence/presence.test.ts",
  "PresenceMember.name": "presence/presence.test.ts",
  "PresenceMember.avatar": "presence/presence.test.ts",
  "PresenceMember.status": "presence/presence.test.ts",
  "PresenceMember.joinedAt": "presence/presence.test.ts",
  "PresenceMember.customState": "presence/presence.test.ts",
  "PresenceMember.connections": "presence/presence.test.ts",
  isRealtimeError: "connection/connecting.test.ts",
  RealtimeError: "connection/machine.test.ts",
  "RealtimeError.code": "service/validation.test.ts",
  "RealtimeError.message": "outbox/refusals.test.ts",
  "RealtimeError.retryable": "../../protocol/test/errors.test.ts",
  "RealtimeError.hint": "../../protocol/test/errors.test.ts",
  "RealtimeError.details": "outbox/refusals.test.ts",
  "RealtimeError.cause": "outbox/refusals.test.ts",
};

/** Both bindings, by the same names. */
const bindings = {
  useConnection: ["useConnection"],
  useChannel: ["useChannel"],
  useEvent: ["useEvent"],
  usePresence: [
    "usePresence",
    "usePresence().members",
    "usePresence().others",
    "usePresence().myState",
    "usePresence().setMyState",
  ],
  useTyping: ["useTyping"],
  useQueue: ["useQueue"],
  useMessages: ["useMessages", "UseMessagesOptions.pending"],
  useCursors: ["useCursors", "useCursors().cursors", "useCursors().handlers"],
  components: ["ConnectionBanner", "PresenceAvatars", "TypingIndicator"],
  context: ["useRealtime"],
};

const packages: Readonly<Record<string, Names | readonly string[]>> = {
  core,
  vue: [...Object.values(bindings).flat(), "realtimePlugin"],
  svelte: [...Object.values(bindings).flat(), "provideRealtime", "presenceStore"],
  socketio: ["socketio"],
  server: [
    "createRealtimeServer",
    "RealtimeServer.attach",
    "RealtimeServer.publish",
    "RealtimeServerOptions.channels",
    "RealtimeServerOptions.authenticate",
    "RealtimeServerOptions.canAccessChannel",
    "RealtimeServerOptions.broker",
    "RealtimeServerOptions.limits",
  ],
};

const folderOf = (name: string): string => join(root, "packages", name);
const typesOf = (name: string): string => join(folderOf(name), "dist", "index.d.ts");
let found: (name: string, path: string) => boolean;

beforeAll(() => {
  if (!Object.keys(packages).every((name) => existsSync(typesOf(name)))) setUp();
  const program = ts.createProgram(Object.keys(packages).map(typesOf), {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    skipLibCheck: true,
    types: [],
  });
  const checker = program.getTypeChecker();

  found = (name, path) => {
    const file = program.getSourceFile(typesOf(name));
    const module = file && checker.getSymbolAtLocation(file);
    const [first = "", member] = path.split(".");
    const exported =
      module && checker.getExportsOfModule(module).find((symbol) => symbol.name === first.replace("()", ""));
    if (!exported || !file) return false;
    if (member === undefined) return true;
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const called =
      first.endsWith("()") && checker.getTypeOfSymbolAtLocation(symbol, file).getCallSignatures()[0]?.getReturnType();
    const type = called || checker.getDeclaredTypeOfSymbol(symbol);
    return type.getProperty(member) !== undefined;
  };
}, 300_000);

/** The last word of a path. */
const wordOf = (path: string): string => path.split(".").at(-1)?.replace("()", "") ?? path;

function mentions(file: string, word: string): boolean {
  const escaped = word.replaceAll("$", "\\$");
  return new RegExp(`(?<![\\w$])${escaped}(?!\\w)`).test(readFileSync(file, "utf8"));
}

function testsOf(name: string): string[] {
  const folder = join(folderOf(name), "test");
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((file) => join(file.parentPath, file.name)).filter((file) => /\.(ts|svelte)$/.test(file));
}

describe.each(Object.entries(packages))("@attune/%s", (name, names) => {
  const paths = Array.isArray(names) ? (names as readonly string[]) : Object.keys(names);

  test("publishes the names that people use", () => {
    expect(paths.filter((path) => !found(name, path))).toEqual([]);
  });

  test("exercises each of them in a test", () => {
    const unexercised = paths.filter((path) => {
      const file = Array.isArray(names) ? undefined : (names as Names)[path];
      const files = file === undefined ? testsOf(name) : [join(folderOf(name), "test", file)];
      return !files.some((each) => existsSync(each) && mentions(each, wordOf(path)));
    });
    expect(unexercised).toEqual([]);
  });
});

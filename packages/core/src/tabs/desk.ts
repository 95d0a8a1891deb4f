/** One channel at the leader: one subscription at the provider, however many tabs; each tab joins as if it were its own. */
import type { PresenceState, RealtimeError } from "@attune/protocol";
import type {
  Attachment,
  Capabilities,
  DriverConnection,
  HistoryPage,
  IncomingMessage,
  IncomingSignal,
  Position,
  PresenceDelta,
  PresenceSnapshot,
} from "../driver.js";
import { SETTLING_MS } from "../presence/settling.js";
import { packError } from "./frames.js";
import type { LeaderFrame, TabAttach } from "./frames.js";
import { mergeStates } from "./merged-state.js";
import { createSharedLog, isSame } from "./shared-log.js";

/** A page of history, when the log does not reach back far enough; servers give no more at a time. */
const PAGE = 100;

/** What a desk needs. */
export interface DeskOptions {
  readonly capabilities: Capabilities;
  nowMs(): number;
  provider(): DriverConnection;
  tell(tabs: readonly string[], frame: LeaderFrame): void;
  /** Runs a step later, in line with everything else. */
  enqueue(step: () => void): void;
  /** The last tab left, or the provider ended it. */
  closed(): void;
}

/**
 * Where a tab stands: it waits for the subscription to be live, to be served from the log; it is part of a join at the
 * provider that was asked for, or that is under way; or it hears everything.
 */
type Phase = "waiting" | "asked" | "joining" | "live";

interface TabSeat {
  phase: Phase;
  readonly request: TabAttach;
  state: PresenceState | undefined;
  setAtMs: number;
}

/** The desk of one channel, to the hub. */
export interface Desk {
  attach(tab: string, request: TabAttach): void;
  detach(tab: string): void;
  signal(tab: string, name: string, value: unknown): void;
  setState(tab: string, state: PresenceState, setAtMs: number): void;
  /** A tab's own message was taken by a provider that does not echo: the other tabs are told here. */
  sent(tab: string, message: IncomingMessage): void;
  attached(attachment: Attachment): void;
  messages(messages: readonly IncomingMessage[]): void;
  presence(change: PresenceSnapshot | PresenceDelta): void;
  signals(signals: readonly IncomingSignal[], gone: readonly string[]): void;
  live(): void;
  detached(error: RealtimeError): void;
}

/** Makes the desk of a channel that no tab has joined. */
export function createDesk(channel: string, options: DeskOptions): Desk {
  const { capabilities, provider, tell } = options;
  const tabs = new Map<string, TabSeat>();
  const log = createSharedLog();
  /** Which tab gave a signal its latest value. */
  const signallers = new Map<string, string>();
  let wire: "none" | "asked" | "joining" | "live" = "none";
  let asked: TabAttach | undefined;
  /** Everybody on the channel; absent before a join has brought them, and after a hole in the revisions. */
  let members: PresenceSnapshot | undefined;
  let settlingUntilMs = 0;
  /** The merged state as the provider knows it. */
  let shown = "";
  let isFetching = false;

  const those = (...phases: readonly Phase[]): string[] =>
    [...tabs].filter(([, { phase }]) => phases.includes(phase)).map(([tab]) => tab);
  const audience = (): string[] => those("joining", "live");
  const isOnWire = (): boolean => wire === "joining" || wire === "live";

  function move(from: Phase, to: Phase): void {
    for (const seat of tabs.values()) if (seat.phase === from) seat.phase = to;
  }

  function merged(): PresenceState | undefined {
    return mergeStates([...tabs.values()].flatMap(({ state, setAtMs }) => (state ? [{ state, setAtMs }] : [])));
  }

  function join(request: TabAttach): void {
    wire = "asked";
    asked = request;
    const presence = merged();
    shown = JSON.stringify(presence);
    const { since, recent, had, hadIds } = request;
    provider().attach(channel, {
      since,
      presence,
      ...(recent === undefined ? {} : { recent }),
      had: had ?? ((id) => hadIds.includes(id)),
    });
  }

  /** Tells the provider what the tabs' states come to, when that is something else than before. */
  function show(): void {
    const state = merged();
    if (!state || !isOnWire() || JSON.stringify(state) === shown) return;
    shown = JSON.stringify(state);
    provider().setPresence(channel, state);
  }

  function clear(name: string): void {
    signallers.delete(name);
    // The connection lives on, so nobody else says that the signals of this tab are over.
    if (isOnWire()) provider().signal(channel, name, null);
  }

  /** Serves those who wait, from the log: past, members and live in one instant. */
  function serve(): void {
    if (wire !== "live") return;
    for (const [tab, seat] of tabs) {
      const { since, recent = 0, presence } = seat.request;
      // After a hole in the revisions: the others have noticed it too, and a new join brings a snapshot.
      if (seat.phase !== "waiting" || (presence && !members)) continue;
      const found = since ? log.after(since) : log.last(recent);
      if (!found && canFetch()) {
        fetch();
        continue;
      }
      seat.phase = "live";
      const isSettling = options.nowMs() < settlingUntilMs;
      const attachment = { continuous: !since || found !== undefined, ...(isSettling ? { settling: true } : {}) };
      tell([tab], {
        type: "attached",
        channel,
        attachment: log.end ? { ...attachment, position: log.end } : attachment,
      });
      if (presence && members) tell([tab], { type: "presence", channel, change: members });
      const messages = found ?? log.messages.slice(-recent || Infinity);
      if (messages.length) tell([tab], { type: "messages", channel, messages });
      tell([tab], { type: "live", channel });
    }
    show();
  }

  function canFetch(): boolean {
    return capabilities.history && !log.isExhausted;
  }

  /** Widens the log backwards. Nothing that comes meanwhile may stand before what was asked for: then it is asked for again. */
  function fetch(): void {
    if (isFetching) return;
    isFetching = true;
    const [first] = log.messages;
    void older(first?.position).then(({ messages, hasMore }) =>
      options.enqueue(() => {
        isFetching = false;
        if (first === log.messages[0]) log.prepend(messages, hasMore);
        serve();
      }),
    );
  }

  /** Whoever needs what cannot be had is told that it is missing. */
  async function older(before: Position | undefined): Promise<HistoryPage> {
    try {
      return await provider().history(channel, { before, limit: PAGE });
    } catch {
      return { messages: [], hasMore: false };
    }
  }

  return {
    attach(tab, request) {
      const before = tabs.get(tab)?.phase;
      const seat: TabSeat = { phase: "waiting", request, state: request.presence, setAtMs: request.setAtMs };
      tabs.set(tab, seat);
      if (wire === "none") {
        seat.phase = "asked";
        join(request);
      } else if (!before || before === "waiting") {
        show();
        serve();
      } else if (wire === "live" || !isSame(asked?.since, request.since)) {
        // A tab that has joined complains of a hole. All of them have it.
        for (const other of tabs.values()) if (other.phase !== "waiting") other.phase = "asked";
        seat.phase = "asked";
        join(request);
      } else {
        // Another one complained of the same hole first: its join answers this one too.
        seat.phase = before;
      }
    },
    detach(tab) {
      if (!tabs.delete(tab)) return;
      if (!tabs.size) {
        options.closed();
        return provider().detach(channel);
      }
      for (const [name, by] of signallers) if (by === tab) clear(name);
      show();
      const [next] = tabs.values();
      // The one that was to ask for a new snapshot may just have left: who waits for one hears of no hole.
      if (wire !== "live" || members || !next?.request.presence || those("live").length) return;
      next.phase = "asked";
      join(next.request);
    },
    signal(tab, name, value) {
      if (!isOnWire() || !tabs.has(tab)) return;
      signallers.set(name, tab);
      provider().signal(channel, name, value);
    },
    setState(tab, state, setAtMs) {
      const seat = tabs.get(tab);
      if (!seat) return;
      seat.state = state;
      seat.setAtMs = setAtMs;
      show();
    },
    sent(tab, message) {
      log.append([message]);
      const others = audience().filter((other) => other !== tab);
      tell(others, { type: "messages", channel, messages: [message] });
    },
    attached(attachment) {
      const { continuous, position, settling } = attachment;
      wire = "joining";
      members = undefined;
      if (settling) settlingUntilMs = options.nowMs() + SETTLING_MS;
      log.rejoined(continuous ? asked?.since : undefined, continuous ? (asked?.recent ?? 0) : 0, position);
      move("live", "joining");
      move("asked", "joining");
      tell(audience(), { type: "attached", channel, attachment });
      show();
    },
    messages(messages) {
      log.append(messages);
      tell(audience(), { type: "messages", channel, messages });
    },
    presence(change) {
      members = change.kind === "snapshot" ? change : members && step(members, change);
      tell(audience(), { type: "presence", channel, change });
      serve();
    },
    signals(signals, gone) {
      tell(audience(), { type: "signals", channel, signals, gone });
    },
    live() {
      wire = "live";
      log.live();
      const joined = those("joining");
      move("joining", "live");
      tell(joined, { type: "live", channel });
      serve();
    },
    detached(error) {
      const everyone = [...tabs.keys()];
      tabs.clear();
      options.closed();
      tell(everyone, { type: "detached", channel, error: packError(error) });
    },
  };
}

/** A snapshot, one step later; `undefined` when there is a step between. Core does the same: its code stays where apps without tabs need it. */
function step(before: PresenceSnapshot, delta: PresenceDelta): PresenceSnapshot | undefined {
  const { epoch, revision, removed, set } = delta;
  if (epoch === before.epoch && revision <= before.revision) return before;
  if (epoch !== before.epoch || delta.from !== before.revision) return undefined;
  const isGone = new Set([...removed, ...set.map(({ connectionId }) => connectionId)]);
  const entries = [...before.entries.filter(({ connectionId }) => !isGone.has(connectionId)), ...set];
  return { kind: "snapshot", epoch, revision, entries };
}

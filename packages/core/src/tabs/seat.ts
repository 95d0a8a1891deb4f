/** A tab's place in its group: follows the leader, or leads when the lock falls to it; replaces a leader that is silent. */
import { isRealtimeError, RealtimeError } from "@attune/protocol";
import type { Closed, Driver, DriverConnection, DriverHost } from "../driver.js";
import type { TabLine, TabsEnvironment } from "../env/tabs-environment.js";
import { createBeats } from "./beats.js";
import { createClaim } from "./claim.js";
import type { Claim } from "./claim.js";
import { unpackError } from "./frames.js";
import type { LeaderFrame, TabFrame } from "./frames.js";
import { groupName, whoAmI } from "./group.js";
import type { Identity } from "./group.js";
import { createLeadership } from "./leadership.js";
import type { Leadership } from "./leadership.js";
import { createRemote } from "./remote-connection.js";
import type { Remote, TabMemory } from "./remote-connection.js";
import { createWatches, lockOf } from "./watches.js";
import type { Watches } from "./watches.js";

/** Core comes back at once after a change of leader; a seat that it does not take again is given up. */
const KEPT_MS = 5_000;
/** Followers leave when the connection is over; until then nobody else may take the lock and try again at once. */
const RETIRE_MS = 1_000;

/** What a seat needs. */
export interface SeatOptions {
  readonly driver: Driver;
  readonly env: TabsEnvironment;
  readonly group: string;
  readonly identity: Identity | undefined;
  readonly memory: TabMemory;
  /** The seat is given up: the next attempt takes another one. */
  over(): void;
}

/** A seat. */
export interface Seat {
  /** Takes the seat for an attempt of core. */
  sit(host: DriverHost): DriverConnection;
  /** Whether core may come back to it. */
  readonly isKept: boolean;
}

/** What is posted. Nobody but whom it is for reads the text; to nobody is to the leader, `*` is a word to all about the leader. */
type Envelope = readonly [generation: number, session: number, from: string, to: readonly string[], text: string];

/** Makes a seat for a first attempt. */
export function createSeat(options: SeatOptions): Seat {
  const { driver, env, memory } = options;
  const isCores = driver.capabilities.reconnect === "core";
  let id = "";
  let host: DriverHost;
  let attempt: Remote | undefined;
  let isOpen = false;
  /** Of the group; absent where nobody can tell who the user is. */
  let name: string | undefined;
  let who: string | undefined;
  let token: string | undefined;
  let line: TabLine | undefined;
  /** The newest leader known: nothing of an older one is believed. */
  let leader: { readonly generation: number; readonly id: string } | undefined;
  let session = 0;
  let lead: Leadership | undefined;
  let claim: Claim | undefined;
  let watches: Watches | undefined;
  let releaseOwn = (): void => {};
  let cancelKept = (): void => {};
  let isOver = false;
  const beats = createBeats(
    () => host.clock,
    () => post([], { type: "knock" }),
    () => claim?.make(true),
  );

  async function start(): Promise<void> {
    try {
      ({ who, token } = await whoAmI(host, options.identity));
      if (who !== undefined) name = await groupName(env, options.group, who);
    } catch (cause) {
      const error = isRealtimeError(cause)
        ? cause
        : new RealtimeError("auth-failed", "Cannot tell who the user of this tab is.", { cause });
      if (!isOver) end({ error });
      return;
    }
    if (isOver) return;
    if (name === undefined) return takeLead();
    line = env.line(name, (data) => receive(data as Envelope));
    watches = createWatches(env.locks, name, (tab) => {
      lead?.hub.left(tab);
      if (isOver && !watches?.size) finish();
    });
    claim = createClaim(env.locks, `${name} leader`, takeLead, stepDown, stayAlone);
    // Held before anybody hears of this tab, so that whoever waits for it does not get it too early.
    const held = (): Promise<void> | undefined => {
      if (isOver) return undefined;
      enter();
      claim?.make();
      beats.start();
      return new Promise<void>((resolve) => (releaseOwn = resolve));
    };
    env.locks.request(lockOf(name, id), {}, held).catch(() => isOver || stayAlone());
  }

  /** Without locks each tab is for itself. */
  function stayAlone(): void {
    line?.close();
    line = undefined;
    if (!lead) takeLead();
  }

  function takeLead(): void {
    leader = { generation: Math.max(host.clock.now(), (leader?.generation ?? 0) + 1), id };
    beats.stop();
    const mine = createLeadership({
      driver,
      host: () => host,
      auth,
      tell,
      traffic: () => attempt?.host.traffic(),
      closed: () => isCores && release(false, true),
    });
    lead = mine;
    lostLeader();
    // The one before had to be left first, and whoever is told of that may end everything.
    if (lead !== mine) return;
    // At once, not when core is back: timers of hidden tabs are late, and a visible one may be waiting.
    mine.connect();
    tell(["*"], { type: "here" });
  }

  /** Who the user is was asked when the tab sat down; whoever it is now must be the same. */
  async function auth(isStale?: boolean): Promise<string | undefined> {
    const fresh = token ?? (await host.auth(isStale));
    token = undefined;
    if (name === undefined) return fresh;
    const now = await whoAmI({ auth: async () => fresh }, options.identity);
    if (now.who === who) return fresh;
    throw new RealtimeError("auth-failed", "The user has changed: this tab is no longer one of the group it was in.");
  }

  function stepDown(): void {
    if (lead) {
      lead.end(false);
      lead = undefined;
      watches?.end();
      lostLeader();
    }
    if (isOver) return;
    claim?.make();
    beats.start();
  }

  /** Another leader, or none any more: core joins anew, from where it stands. */
  function lostLeader(): void {
    if (!attempt || !isOpen) return enter();
    const { forget } = attempt;
    isOpen = false;
    if (isCores) {
      attempt = undefined;
      cancelKept = host.clock.after(KEPT_MS, () => release());
    }
    forget();
    const error = new RealtimeError("connection-lost", "The tab that held the connection is gone.");
    host.closed({ error, retryAfterMs: 0 });
    if (!isCores) enter();
  }

  function enter(): void {
    if (attempt) ask({ type: "enter", isVisible: host.isVisible });
  }

  function ask(frame: TabFrame): void {
    if (lead) lead.hub.receive(id, frame);
    else post([], frame);
  }

  function tell(tabs: readonly string[], frame: LeaderFrame): void {
    const others = tabs.filter((tab) => tab !== id);
    // The own tab last: it answers inside, and may give up its seat.
    if (others.length) post(others, frame);
    if (others.length < tabs.length) hear(frame);
  }

  function post(to: readonly string[], frame: TabFrame | LeaderFrame): void {
    line?.post([
      leader?.generation ?? 0,
      lead?.session ?? session,
      id,
      to,
      // As JSON, not as a clone: what is published has to arrive as it would from a tab with a connection of its own.
      JSON.stringify(frame),
    ] satisfies Envelope);
  }

  function receive([generation, theirs, from, to, text]: Envelope): void {
    if (isOver) return;
    if (!to.length) {
      const isCurrent = generation === leader?.generation && theirs === lead?.session;
      if (lead) serve(lead, from, JSON.parse(text) as TabFrame, isCurrent);
      return;
    }
    const isNew = !leader || generation > leader.generation || (generation === leader.generation && from > leader.id);
    if (!isNew && from !== leader?.id) return;
    beats.heard();
    session = theirs;
    if (isNew) {
      leader = { generation, id: from };
      if (lead) stepDown();
      else lostLeader();
    }
    if (to.includes(id)) hear(JSON.parse(text) as LeaderFrame);
  }

  function serve({ hub }: Leadership, from: string, frame: TabFrame, isCurrent: boolean): void {
    if (frame.type === "enter") watches?.add(from);
    if (isCurrent || frame.type === "enter" || frame.type === "knock" || frame.type === "left")
      hub.receive(from, frame);
  }

  function hear(frame: LeaderFrame): void {
    if (frame.type === "here" || !attempt || isOver) return;
    if (frame.type === "closed") return end({ error: unpackError(frame.error), retryAfterMs: frame.retryAfterMs });
    // It may be said again, to a tab that has asked twice.
    if (isOpen === (frame.type === "opened")) return;
    if (frame.type === "opened") token = undefined;
    isOpen = true;
    attempt.hear(frame);
  }

  /** The provider's connection is over, or there was none. */
  function end(reason: Closed): void {
    const { forget } = attempt ?? {};
    isOpen = false;
    if (isCores) {
      attempt = undefined;
      release(false, true);
    }
    forget?.();
    host.closed(reason);
  }

  function close(mine: Remote, goodbye: boolean, isDead: boolean): void {
    if (attempt !== mine) return;
    attempt = undefined;
    const isLast = lead?.hub.tabs.every((tab) => tab === id) ?? false;
    if (!lead) post([], { type: "left", isDead });
    // The others go on: what those who look on must not see is a leave.
    release(goodbye && isLast);
  }

  /** Gives the seat up. `isRetiring`: the lock is held until those who followed have heard of the end. */
  function release(goodbye = false, isRetiring = false): void {
    if (isOver) return;
    isOver = true;
    const led = lead;
    lead = undefined;
    led?.end(goodbye);
    beats.stop();
    cancelKept();
    // No more of it: what the provider still answers is for nobody, and a closed line throws.
    line = void line?.close();
    releaseOwn();
    options.over();
    if (isRetiring && led && watches?.size) cancelKept = host.clock.after(RETIRE_MS, finish);
    else finish();
  }

  function finish(): void {
    cancelKept();
    claim?.end();
    watches?.end();
  }

  return {
    get isKept() {
      return !isOver && !attempt;
    },
    sit(next) {
      const isFirst = host === undefined;
      host = next;
      cancelKept();
      const mine = createRemote({
        host,
        capabilities: driver.capabilities,
        memory,
        send: (frame) => attempt === mine && !isOver && ask(frame),
        close: (goodbye, isDead) => close(mine, goodbye, isDead),
      });
      attempt = mine;
      if (!isFirst) enter();
      else {
        id = Math.floor(host.random() * 2 ** 52).toString(36);
        void start();
      }
      return mine.connection;
    },
  };
}

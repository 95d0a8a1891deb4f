/** What arrives on a joined channel, put in the order that the contract asks for: the past, then the present. */
import type { AttachRequest, DriverHost, IncomingMessage } from "@attune/core/driver";
import { extend, follows, isPast } from "./chain.js";
import { isCovered } from "./coverage.js";
import type { Broadcast } from "./sdk.js";
import type { ChannelMemory } from "./session.js";
import { SIGNAL_EVENT, toCover, toEntries, toMessage, toSignals } from "./translate.js";

/** A presence state that does not come within this, because the project has presence switched off, is not waited for. */
const FENCE_MS = 5_000;

/** What a channel's arrivals need. */
export interface ArrivalsOptions {
  readonly host: DriverHost;
  readonly channel: string;
  readonly request: AttachRequest;
  readonly memory: ChannelMemory;
  /** Whether the join asked for a replay. */
  readonly replays: boolean;
  presenceState(): object;
  /** What an earlier join held back: it comes behind the replay. */
  readonly early: readonly Broadcast[];
  /** A live message shows that one before it was lost. Returns whether another join takes over, with what is held back. */
  onHole(held: readonly Broadcast[]): boolean;
}

/** The arrivals of one join. */
export interface Arrivals {
  /** Supabase answered the join. */
  joined(): void;
  broadcast(broadcast: Broadcast): void;
  /** The presence state is known, or another one. */
  synced(): void;
  stop(): void;
}

/**
 * Makes the arrivals of one join.
 *
 * The end of a replay is not marked. But the server puts the presence state in line behind it (join/3 in realtime_channel.ex), so a
 * join that replays asks for presence, and is complete when the first state is there. Live broadcasts take another way and may
 * come first; they wait.
 */
export function createArrivals(options: ArrivalsOptions): Arrivals {
  const { host, channel, request, memory, replays } = options;
  const { clock } = host;
  const epoch = `${host.random()}`;
  const page: Broadcast[] = [];
  let early: Broadcast[] = [];
  let isLive = false;
  let isOver = false;
  /** A message before one of these was not among them. */
  let isBroken = false;
  let revision = 0;
  let present: readonly string[] = [];
  let cancel = (): void => {};

  function goLive(isFenced: boolean): void {
    cancel();
    isLive = true;
    const { since, had = () => false } = request;
    const { hadAny = false } = memory;
    const ids = page.map((broadcast) => toMessage(broadcast, 0, "").id);
    const past = page.filter((_, index) => !isPast(memory.chains, ids[index] as string));
    const messages = [...past, ...options.early, ...early].map(take);
    const awayMs = clock.now() - Number(since?.cursor);
    const continuous = !since || (isFenced && !isBroken && isCovered(ids, { hadAny, had, awayMs }));
    host.attached(channel, { continuous, position: here() });
    if (messages.length) host.messages(channel, messages);
    showMembers();
    host.live(channel);
  }

  /** Supabase counts nothing, and the replay needs no place to begin: what it needs is when nothing was missing. */
  function here(): { readonly cursor: string } {
    return { cursor: `${clock.now()}` };
  }

  function take(broadcast: Broadcast): IncomingMessage {
    const cover = toCover(broadcast);
    if (cover) {
      isBroken ||= !follows(memory.chains, cover.id, cover.attune);
      extend(memory.chains, cover.id);
    }
    memory.hadAny = true;
    return { ...toMessage(broadcast, clock.now(), `${host.random()}`), position: here() };
  }

  function showMembers(): void {
    if (!request.presence) return;
    const entries = toEntries(options.presenceState());
    const ids = entries.map(({ connectionId }) => connectionId);
    const gone = present.filter((id) => !ids.includes(id));
    present = ids;
    host.presence(channel, { kind: "snapshot", epoch, revision: ++revision, entries });
    if (gone.length) host.signals(channel, [], gone);
  }

  return {
    joined() {
      if (replays) cancel = clock.after(FENCE_MS, () => goLive(false));
      else goLive(false);
    },
    synced() {
      if (isOver) return;
      if (isLive) showMembers();
      else if (replays) goLive(true);
    },
    broadcast(broadcast) {
      const { event, payload, meta } = broadcast;
      const isSignal = event === SIGNAL_EVENT;
      if (!isLive) {
        // What was signalled before is over.
        if (!isSignal) (meta?.replayed ? page : early).push(broadcast);
      } else if (isSignal) host.signals(channel, ...toSignals(payload));
      else {
        const cover = toCover(broadcast);
        const isHole = cover && !follows(memory.chains, cover.id, cover.attune);
        if (isHole) {
          // Until this join has ended, nothing that still comes may pass what is looked for.
          early = [broadcast];
          isLive = false;
          if (options.onHole(early)) return;
          isLive = true;
          host.attached(channel, { continuous: false, position: here() });
        }
        host.messages(channel, [take(broadcast)]);
        if (isHole) host.live(channel);
      }
    },
    stop() {
      isOver = true;
      cancel();
    },
  };
}

/** What arrives on a joined channel, put in the order that the contract asks for: the past, then the present. */
import type { AttachRequest, DriverHost, IncomingMessage, Position } from "@attune/core/driver";
import { extend, follows, isPast } from "./chain.js";
import { isCovered } from "./coverage.js";
import type { ChannelLike } from "./sdk.js";
import type { ChannelMemory } from "./session.js";
import { type Arrival, SIGNAL_EVENT, toArrival, toEntries, toSignals } from "./translate.js";

/** A presence state that does not come within this, because the project has presence switched off, is not waited for. */
const FENCE_MS = 5_000;

/** What a channel's arrivals need. */
export interface ArrivalsOptions {
  readonly host: DriverHost;
  readonly sdk: ChannelLike;
  readonly channel: string;
  readonly request: AttachRequest;
  readonly memory: ChannelMemory;
  /** Whether the join asks for a replay. */
  readonly replays: boolean;
  /** What an earlier join held back, and still may while it ends: it comes behind the replay. */
  readonly early: Arrival[];
  /** A live message shows that one before it was lost. Returns whether another join takes over, with what is held back. */
  onHole(since: Position): boolean;
}

/** The arrivals of one join. */
export interface Arrivals {
  /** Supabase answered the join. */
  joined(): void;
  stop(): void;
}

/**
 * Listens to a channel that is about to be joined.
 *
 * The end of a replay is not marked. But the server puts the presence state in line behind it (join/3 in realtime_channel.ex), so a
 * join that replays asks for presence, and is complete when the first state is there. Live broadcasts take another way and may
 * come first; they wait.
 */
export function createArrivals(options: ArrivalsOptions): Arrivals {
  const { host, sdk, channel, request, replays, early } = options;
  const { clock } = host;
  const { chains } = options.memory;
  const { since } = request;
  const page: Arrival[] = [];
  let isLive = false;
  /** A message before one of these was not among them. */
  let isBroken = false;
  let present: readonly string[] = [];
  let cancel = (): void => {};

  sdk.on("broadcast", { event: "*" }, (broadcast) => {
    const { event, payload, meta } = broadcast;
    if (event === SIGNAL_EVENT) {
      // What was signalled before is over.
      if (isLive) host.signals(channel, ...toSignals(payload));
      return;
    }
    const arrival = toArrival(broadcast, clock.now(), `${host.random()}`);
    if (isLive && follows(chains, arrival)) return host.messages(channel, [take(arrival)]);
    (meta?.replayed ? page : early).push(arrival);
    if (!isLive) return;
    // Until this join has ended, nothing that still comes may pass what is looked for.
    isLive = false;
    if (!options.onHole(arrival.message.position)) goLive(false);
  });
  // To listen for presence is to ask for it.
  if (replays || request.presence)
    sdk.on("presence", { event: "sync" }, () => {
      // One that is being left has no more to say.
      if (sdk.state !== "joined") return;
      if (isLive) showMembers();
      else goLive(true);
    });

  /** @param isWhole nothing is missing, unless what was replayed shows it */
  function goLive(isWhole: boolean): void {
    cancel();
    isLive = true;
    const hadAny = chains.size > 0;
    const ids = page.map(({ message }) => message.id);
    const past = page.splice(0).filter((arrival) => !isPast(chains, arrival));
    const messages = [...past, ...early.splice(0)].map(take);
    const nowMs = clock.now();
    const awayMs = nowMs - Number(since?.cursor);
    const continuous = isWhole && (!since || (!isBroken && isCovered(ids, hadAny, request.had, awayMs)));
    // Supabase counts nothing, and the replay needs no place to begin: what it needs is when nothing was missing.
    host.attached(channel, { continuous, position: { cursor: `${nowMs}` } });
    host.messages(channel, messages);
    showMembers();
    host.live(channel);
  }

  function take(arrival: Arrival): IncomingMessage {
    isBroken ||= !follows(chains, arrival);
    extend(chains, arrival);
    return arrival.message;
  }

  function showMembers(): void {
    if (!request.presence) return;
    const entries = toEntries(sdk.presenceState());
    const ids = entries.map(({ connectionId }) => connectionId);
    // Each says everything, so that there is nothing to count.
    host.presence(channel, { kind: "snapshot", epoch: "", revision: 0, entries });
    host.signals(
      channel,
      [],
      present.filter((id) => !ids.includes(id)),
    );
    present = ids;
  }

  return {
    joined() {
      if (replays) cancel = clock.after(FENCE_MS, () => goLive(!since));
      else goLive(!since);
    },
    stop: () => cancel(),
  };
}

/** One connection between a client and the hub: how it opens, how it breaks, how it ends. */
import type { Closed } from "@attune/core/driver";
import { RealtimeError } from "@attune/protocol";
import type { HubPeer, HubState } from "./hub-state.js";
import { createLink } from "../link.js";

/** A connection, with both of its ends. */
export interface Peer extends HubPeer {
  /** Runs at the hub, later; never once the hub has forgotten this connection. */
  toHub(run: () => void): void;
  /** Runs at the client, later; never once the client has closed. */
  toClient(run: () => void): void;
  /** At the hub: lets it in, with its token. An older connection with the same id is forgotten. */
  admit(connectionId: string, token: string | undefined): void;
  /** At the hub: ends it, and tells the client. */
  end(reason: Closed): void;
  /** At the client: ends it, and tells the hub. */
  leave(goodbye: boolean): void;
}

/** What happens when a connection is over. */
export interface PeerEnds {
  /** At the hub. `goodbye`: the client said so. */
  forgotten(goodbye: boolean): void;
  /** At the client: the hub, or the network, ended it. */
  closed(reason: Closed): void;
}

/** The hub gives up a client of which it hears nothing, as Attune's server does: a probe after 6 s, and 3 s for the answer. */
const SILENCE_MS = 9_000;

const broken = (message: string): Closed => ({ error: new RealtimeError("connection-lost", message) });

/** Starts a connection and makes it known to the hub's faults. */
export function createPeer(hub: HubState, client: string, ends: PeerEnds): Peer {
  const latencyMs = () => hub.latencyMs;
  const up = createLink(hub.clock, latencyMs);
  const down = createLink(hub.clock, latencyMs);
  const both = [up, down];
  let connectionId = "";
  let phase: "opening" | "open" | "over" = "opening";
  let hasLeft = false;
  let token: string | undefined;
  let cancelNotice = (): void => {};

  function forget(goodbye: boolean): void {
    if (phase === "over") return;
    cancelNotice();
    phase = "over";
    hub.peers.delete(peer);
    ends.forgotten(goodbye);
  }

  function end(reason: Closed): void {
    forget(false);
    for (const link of both) link.cut();
    // On a link of its own: a broken line is noticed even where everything on it is stalled.
    createLink(hub.clock, latencyMs).send(() => {
      if (!hasLeft) ends.closed(reason);
    });
  }

  const peer: Peer = {
    client,
    get connectionId() {
      return connectionId;
    },
    get isOpen() {
      return phase === "open";
    },
    toHub(run) {
      if (hasLeft) return;
      up.send(() => {
        if (phase !== "over") run();
      });
    },
    toClient: down.send,
    forget: () => forget(false),
    admit(id, its) {
      token = its;
      for (const other of hub.peers) if (other.connectionId === id) other.forget();
      connectionId = id;
      phase = "open";
    },
    end,
    cut: () => end(broken("The connection was cut.")),
    stall: () => both.forEach((link) => link.stall()),
    resume: () => both.forEach((link) => link.resume()),
    swallow(direction) {
      cancelNotice();
      up.swallow(direction === "up" || direction === "both");
      down.swallow(direction === "down" || direction === "both");
      if (direction === "up" || direction === "both")
        cancelNotice = hub.clock.after(SILENCE_MS, () => peer.end(broken("The hub heard nothing.")));
      if (direction === undefined && (up.hasSwallowed || down.hasSwallowed))
        peer.end(broken("The line lost something."));
    },
    expire() {
      if (token !== undefined) hub.expiredTokens.add(token);
      end({ error: new RealtimeError("token-expired", "The token has expired.") });
    },
    leave(goodbye) {
      if (hasLeft) return;
      hasLeft = true;
      down.cut();
      up.send(() => forget(goodbye));
    },
  };
  hub.peers.add(peer);
  if (hub.isStalled(client)) peer.stall();
  const direction = hub.halfOpenOf(client);
  if (direction) peer.swallow(direction);
  return peer;
}

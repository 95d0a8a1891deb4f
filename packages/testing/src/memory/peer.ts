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
  /** At the hub: lets it in. An older connection with the same id is forgotten. */
  admit(connectionId: string): void;
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

/** Starts a connection and makes it known to the hub's faults. */
export function createPeer(hub: HubState, client: string, ends: PeerEnds): Peer {
  const latencyMs = () => hub.latencyMs;
  const up = createLink(hub.clock, latencyMs);
  const down = createLink(hub.clock, latencyMs);
  const both = [up, down];
  let connectionId = "";
  let phase: "opening" | "open" | "over" = "opening";
  let hasLeft = false;

  function forget(goodbye: boolean): void {
    if (phase === "over") return;
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
    admit(id) {
      for (const other of hub.peers) if (other.connectionId === id) other.forget();
      connectionId = id;
      phase = "open";
    },
    end,
    cut: () => end({ error: new RealtimeError("connection-lost", "The connection was cut.") }),
    stall: () => both.forEach((link) => link.stall()),
    resume: () => both.forEach((link) => link.resume()),
    leave(goodbye) {
      if (hasLeft) return;
      hasLeft = true;
      down.cut();
      up.send(() => forget(goodbye));
    },
  };
  hub.peers.add(peer);
  if (hub.isStalled(client)) peer.stall();
  return peer;
}

/** What a client does on channels: join, leave, signal, show its state. */
import type { DriverConnection } from "@attune/core/driver";
import { carry } from "./carry.js";
import type { Line } from "./line.js";
import { joinChannel, type Membership } from "./membership.js";
import { hasPresence } from "./session.js";
import { unsupported } from "./unsupported.js";

/** The requests, and the end of all memberships when the connection is over. */
export interface ChannelRequests extends Pick<DriverConnection, "attach" | "detach" | "signal" | "setPresence"> {
  forgotten(goodbye: boolean): void;
}

/** Makes the requests of one line. */
export function createChannelRequests(line: () => Line): ChannelRequests {
  const memberships = new Map<string, Membership>();
  const turns = new Map<string, number>();

  /** What is said to an earlier join, or after leaving, is not for this one. */
  function hearOf(channel: string): (run: () => void) => void {
    const turn = (turns.get(channel) ?? 0) + 1;
    turns.set(channel, turn);
    return (run) => line().hear(() => turns.get(channel) === turn && run());
  }

  function end(channel: string, how: "left" | "replaced"): void {
    memberships.get(channel)?.end(how);
    memberships.delete(channel);
  }

  return {
    attach(channel, request) {
      const { hub, session, host, ask } = line();
      const hear = hearOf(channel);
      ask({ type: "attach", channel, request }, () => {
        end(channel, "replaced");
        const error = hub.refusalOf(channel, session.client);
        if (error) hear(() => host.detached(channel, error));
        else memberships.set(channel, joinChannel(line(), channel, request, hear));
      });
    },
    detach(channel) {
      hearOf(channel);
      line().ask({ type: "detach", channel }, () => end(channel, "left"));
    },
    signal(channel, name, value) {
      const { hub, session, peer, ask } = line();
      if (!session.capabilities.signals) throw unsupported("signal()");
      const sent = carry(value);
      const user = hasPresence(session, channel) ? null : session.user;
      ask({ type: "signal", channel, name, value: sent }, () => {
        if (hub.refusalOf(channel, session.client)) return;
        const { connectionId } = peer;
        hub.channel(channel).signal({ name, connectionId, value: sent, ...(user ? { user } : {}) });
      });
    },
    setPresence(channel, state) {
      const { hub, session, peer, ask } = line();
      if (session.capabilities.presence === false) throw unsupported("setPresence()");
      const sent = carry(state);
      ask({ type: "presence", channel, state: sent }, () => {
        if (memberships.has(channel) && session.user)
          hub.channel(channel).presence.set(peer.connectionId, session.user, sent);
      });
    },
    forgotten(goodbye) {
      for (const membership of memberships.values()) membership.end(goodbye ? "left" : "lost");
    },
  };
}

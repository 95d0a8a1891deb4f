/** What a client asks of the hub, and hears from it, over one connection. */
import type { DriverHost } from "@attune/core/driver";
import { RealtimeError } from "@attune/protocol";
import type { HubState } from "./hub-state.js";
import { createPeer, type Peer, type PeerEnds } from "./peer.js";
import type { Received } from "./received.js";
import type { Session } from "./session.js";

/** A request, before the hub has written down whose it is. */
export type Request = Received extends infer R ? (R extends Received ? Omit<R, "client"> : never) : never;

/** The connection of one client. */
export interface Line {
  readonly hub: HubState;
  readonly session: Session;
  readonly host: DriverHost;
  readonly peer: Peer;
  /** Runs `answer` at the hub, when the request arrives there. */
  ask(request: Request, answer?: () => void): void;
  /** Runs at the client, when it arrives there. */
  hear(run: () => void): void;
}

/** Opens a line and asks to be let in, with a token that is asked for now. */
export function openLine(hub: HubState, session: Session, host: DriverHost, ends: PeerEnds): Line {
  const { client } = session;
  const peer = createPeer(hub, client, ends);
  const line: Line = {
    hub,
    session,
    host,
    peer,
    ask(request, answer) {
      peer.toHub(() => {
        hub.received.push({ client, ...request } as Received);
        answer?.();
      });
    },
    hear(run) {
      peer.toClient(() => {
        host.traffic();
        run();
      });
    },
  };
  host.auth().then(
    (token) => line.ask({ type: "connect", token }, () => admit(line, token)),
    (error) => peer.end({ error }),
  );
  return line;
}

function admit({ hub, session, host, peer }: Line, token: string | undefined): void {
  const { refusal } = hub;
  if (refusal && refusal.left > 0) {
    refusal.left -= 1;
    return peer.end(refusal.reason);
  }
  if (token !== undefined && hub.expiredTokens.has(token)) {
    return peer.end({ error: new RealtimeError("unauthorized", "This token has expired.") });
  }
  const { user, limits, capabilities } = session;
  const isTakenOver = capabilities.presence !== false && capabilities.presence.grace === "server";
  const connectionId = (isTakenOver && session.connectionId) || hub.nextId("connection");
  session.connectionId = connectionId;
  peer.admit(connectionId, token);
  const serverNowMs = hub.clock.now();
  peer.toClient(() => {
    host.opened({ connectionId, user, transport: "memory", serverNowMs, ...(limits ? { limits } : {}) });
  });
}

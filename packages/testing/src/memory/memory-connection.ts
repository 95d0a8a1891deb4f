/** A memory driver's side of one connection. */
import type { Closed, DriverConnection, DriverHost } from "@attune/core/driver";
import { createChannelRequests } from "./channel-requests.js";
import type { HubState } from "./hub-state.js";
import { openLine } from "./line.js";
import { createQuestions } from "./questions.js";
import type { Session } from "./session.js";

/** Starts one attempt to connect. `closed` hears how it ends, unless the client itself closes it. */
export function openMemoryConnection(
  hub: HubState,
  session: Session,
  host: DriverHost,
  closed: (reason: Closed) => void,
): DriverConnection {
  const { forgotten, ...requests } = createChannelRequests(() => line);
  const line = openLine(hub, session, host, { forgotten, closed });
  return {
    ...requests,
    ...createQuestions(line),
    setVisible: (isVisible) => line.ask({ type: "visible", isVisible }),
    close(goodbye) {
      line.ask({ type: "close", goodbye });
      // Who says goodbye comes back as somebody new.
      if (goodbye) session.connectionId = undefined;
      line.peer.leave(goodbye);
    },
  };
}

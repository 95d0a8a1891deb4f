/** What connections and handlers share: the parts of one running server. */
import type { Admission } from "./access/admission.js";
import type { BrokerNode } from "./broker/broker.js";
import type { PendingAppends } from "./broker/pending-appends.js";
import type { ChannelHub } from "./channel/channel-hub.js";
import type { PacedReport } from "./env/paced-report.js";
import type { Settings } from "./options.js";
import type { SessionStore } from "./session/session-store.js";
import type { StateParts } from "./state/shared-state.js";
import type { Counters } from "./stats.js";

/** A running server, as its parts see it. */
export interface ServerContext {
  readonly settings: Settings;
  readonly node: BrokerNode;
  readonly hub: ChannelHub;
  readonly sessions: SessionStore;
  readonly admission: Admission;
  readonly counters: Counters;
  readonly appends: PendingAppends;
  readonly stateParts: StateParts;
  /** One for each `hello` that the app is being asked about: the users whose access was revoked meanwhile. */
  readonly arrivals: Set<Set<string>>;
  /** What `authenticate()` throws besides refusals: anybody with a wrong token may be the cause. */
  readonly unauthenticated: PacedReport;
  /** Whether the server started so recently that members may not be back yet. */
  isSettling(): boolean;
  /** The server closes: nobody will ask any more. */
  stopSettling(): void;
}

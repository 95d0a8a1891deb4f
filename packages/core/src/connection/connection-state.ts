/** What the app may know of the connection, in one union: no second value can contradict it. */
import type { RealtimeError, User } from "@attune/protocol";

/** The public state of the connection. */
export type ConnectionState =
  | {
      readonly status: "disconnected";
      /** Why it is over, when it did not end by `disconnect()`: only `connect()` starts anew. */
      readonly error?: RealtimeError | undefined;
    }
  | { readonly status: "connecting" }
  | {
      readonly status: "connected";
      readonly connectionId: string;
      /** `websocket`, `polling`, ... */
      readonly transport: string;
      /** Who the server takes this client for; `null` is anonymous. */
      readonly user: User | null;
      /** The last round trip, or how long one has been waited for. */
      readonly latencyMs?: number | undefined;
      /** When that was, by this machine's clock. */
      readonly measuredAtMs?: number | undefined;
      /** The server's clock less this one, as of the last round trip; where the provider tells. */
      readonly serverOffsetMs?: number | undefined;
      /** The last round trip took over 2,000 ms, or the line has not answered for half of the time that it has. */
      readonly isDegraded: boolean;
    }
  | {
      readonly status: "reconnecting";
      /** 1 for the first try after a loss. Not counted while offline. */
      readonly attempt: number;
      /** `offline`: waits for the network. `backoff`: waits until `retryAtMs`. `attempt`: tries just now. */
      readonly step: "offline" | "backoff" | "attempt";
      readonly retryAtMs?: number | undefined;
      readonly error?: RealtimeError | undefined;
    };

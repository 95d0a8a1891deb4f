/** What the hub was asked to do, for tests to look at. */
import type { AttachRequest, OutgoingMessage, Position } from "@attune/core/driver";
import type { PresenceState } from "@attune/protocol";

/** One request, as it arrived at the hub. `client` is the label given to the driver. */
export type Received = { readonly client: string } & (
  | { readonly type: "connect"; readonly token: string | undefined }
  | { readonly type: "attach"; readonly channel: string; readonly request: AttachRequest }
  | { readonly type: "detach"; readonly channel: string }
  | { readonly type: "publish"; readonly message: OutgoingMessage }
  | { readonly type: "signal"; readonly channel: string; readonly name: string; readonly value: unknown }
  | { readonly type: "presence"; readonly channel: string; readonly state: PresenceState }
  | { readonly type: "history"; readonly channel: string; readonly limit: number; readonly before?: Position }
  | { readonly type: "ping" }
  | { readonly type: "visible"; readonly isVisible: boolean }
  | { readonly type: "close"; readonly goodbye: boolean }
);

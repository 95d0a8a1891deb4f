/** What to do first about each kind of error. Left out of production bundles, where the reader is not who can mend it. */
import type { ErrorCode } from "./error-codes.js";

/** The hint of every code. */
export const HINTS: Readonly<Record<ErrorCode, string>> = {
  "async-schema": "Use a schema that validates synchronously.",
  "auth-failed": "Look at the cause: the auth() callback failed.",
  "channel-closed": "Join again; if it repeats, ask the server why access ended.",
  conflict:
    "Reload if another connection took over this session. Of shared state: look at the newer value, and change that.",
  "connection-lost": "Nothing: Attune reconnects by itself.",
  disposed: "Create a new realtime service.",
  expired: "Publish it again if it still matters.",
  forbidden: "Allow this action in canAccessChannel(), or connect as a user who has access.",
  "internal-error": "Look at the server's error report.",
  "invalid-channel": "Use public:{resource}, private:{resource}:{id} or presence:{resource}:{id}.",
  "invalid-frame": "Use the same Attune version on both ends.",
  "invalid-option": "Correct the option that the message names.",
  "invalid-payload": "Send what the channel's schema describes, with no other keys.",
  "limit-exceeded": "Stay within the limit that the message names, or raise it on the server.",
  "missing-context": "Install the plugin, or provide the realtime service further up.",
  "not-joined": "Join the channel first.",
  "outcome-unknown": "Check whether it arrived before you send it again.",
  "out-of-order": "Nothing: the outbox sends again in order.",
  overflow: "Publish less while offline, or raise queue.max.",
  "payload-too-large": "Send less, or raise limits.messageBytes on the server.",
  "permanently-disconnected": "Call connect() to try again.",
  "rate-limited": "Wait for retryAfterMs.",
  refused: "Read details.code: the server will not take this message.",
  "server-draining": "Nothing: Attune reconnects by itself.",
  "slow-consumer": "Read faster, or subscribe to less.",
  "storage-corrupt": "Move the stored data away and start anew, or restore a backup of it.",
  "storage-failed": "Look at the cause: the disk may be full, read-only, or in use by another process.",
  timeout: "Check the network, then try again.",
  "token-expired":
    "Return a new token from auth() when it is asked with isStale. On the server expiresAtMs counts milliseconds; a JWT's exp, seconds.",
  "transport-failed": "Check the URL, and that the server runs and accepts this origin.",
  unauthorized: "Return a valid token from auth().",
  "unknown-event": "Declare it in defineChannels(), or correct its name.",
  unsupported: "Check driver.capabilities before you use this.",
  "wrong-user": "Sign in as the user who wrote it, or discard it.",
};

/** What the tabs of a group say to each other, and how errors travel between them. */
import { RealtimeError } from "@attune/protocol";
import type { ErrorCode, PresenceState } from "@attune/protocol";
import type {
  Attachment,
  IncomingMessage,
  IncomingSignal,
  Opened,
  OutgoingMessage,
  Position,
  PresenceDelta,
  PresenceSnapshot,
} from "../driver.js";

/** An error as data: what `RealtimeError` is made of, but for its cause, which may be anything. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** How a tab joins a channel. */
export interface TabAttach {
  readonly type: "attach";
  readonly channel: string;
  readonly since?: Position | undefined;
  readonly recent?: number | undefined;
  readonly presence?: PresenceState | undefined;
  /** When this state was set, by the tab's clock: the latest of all tabs is shown. */
  readonly setAtMs: number;
  /** The last ids that this tab had, because a function cannot travel. */
  readonly hadIds: readonly string[];
  /** The function itself, where the tab is its own leader. */
  readonly had?: ((id: string) => boolean) | undefined;
}

/** What a tab asks of the leader. `ask` numbers those that have an answer. */
export type TabFrame =
  | { readonly type: "enter" | "visible"; readonly isVisible: boolean }
  /** `isDead`: a question to the provider went unanswered for too long. */
  | { readonly type: "left"; readonly isDead: boolean }
  /** Is there a leader? */
  | { readonly type: "knock" }
  | TabAttach
  | { readonly type: "detach"; readonly channel: string }
  | { readonly type: "publish"; readonly ask: number; readonly message: OutgoingMessage }
  | { readonly type: "signal"; readonly channel: string; readonly name: string; readonly value: unknown }
  | { readonly type: "state"; readonly channel: string; readonly state: PresenceState; readonly setAtMs: number }
  | {
      readonly type: "history";
      readonly ask: number;
      readonly channel: string;
      readonly query: { readonly before?: Position | undefined; readonly limit: number };
    }
  | { readonly type: "ping"; readonly ask: number };

/** What the leader says to a tab. */
export type LeaderFrame =
  /** A leader is there: a new one, or one that was asked. */
  | { readonly type: "here" }
  | { readonly type: "opened"; readonly info: Opened; readonly hasPing: boolean }
  | { readonly type: "closed"; readonly error: ErrorData; readonly retryAfterMs?: number | undefined }
  | { readonly type: "transport"; readonly name: string }
  | { readonly type: "attached"; readonly channel: string; readonly attachment: Attachment }
  | { readonly type: "messages"; readonly channel: string; readonly messages: readonly IncomingMessage[] }
  | { readonly type: "presence"; readonly channel: string; readonly change: PresenceSnapshot | PresenceDelta }
  | {
      readonly type: "signals";
      readonly channel: string;
      readonly signals: readonly IncomingSignal[];
      readonly gone: readonly string[];
    }
  | { readonly type: "live"; readonly channel: string }
  | { readonly type: "detached"; readonly channel: string; readonly error: ErrorData }
  | { readonly type: "answer"; readonly ask: number; readonly value?: unknown; readonly error?: ErrorData };

/** Takes an error apart for the way. What is not ours is an `internal-error`. */
export function packError(error: unknown): ErrorData {
  const { code = "internal-error", message = "", details } = error as Partial<RealtimeError>;
  return { code, message, details };
}

/** Puts it together again; hint and `retryable` follow from the code. */
export function unpackError({ code, message, details }: ErrorData): RealtimeError {
  return new RealtimeError(code, message, { details });
}

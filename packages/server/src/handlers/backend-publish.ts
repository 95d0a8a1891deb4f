/** Publishes a message of the app's own backend. */
import { type LogPosition, RealtimeError } from "@attune/protocol";
import { knownChannel } from "../access/channel-rules.js";
import type { ServerContext } from "../server-context.js";
import { checkMessage, type Draft, toNewMessage } from "./message.js";

/** What became of a message of the backend. */
export interface PublishedMessage {
  readonly id: string;
  readonly position: LogPosition;
  readonly timestampMs: number;
}

/** The backend's place among the senders: nobody. */
const NOBODY = "0";

/**
 * Checks a message and appends it. Neither access nor rate is asked about.
 *
 * @throws {RealtimeError} `invalid-channel`, `unknown-event`, `invalid-payload`, `payload-too-large`, `async-schema`
 */
export async function publishFromBackend(server: ServerContext, draft: Draft): Promise<PublishedMessage> {
  const { settings, node, appends, counters } = server;
  const { env, limits, channels } = settings;
  const data = checkMessage(knownChannel(channels, draft.channel), draft, limits.messageBytes);
  // No colon: clients' messages have one in their ids, so none of them can ever have this one.
  const id = env.id();
  const message = toNewMessage(id, draft.event, data, NOBODY, env.clock.now());
  const result = await appends.track(node.append(draft.channel, message));
  if (result.outcome !== "stored") {
    throw new RealtimeError("internal-error", "The broker refused a message that has no chain.");
  }
  counters.messages++;
  return { id, position: result.position, timestampMs: result.timestampMs };
}

/** Handles `hist`: a page of the log, backwards from a position. */
import { type HistFrame, MAX_CHUNK_CHARS, RealtimeError } from "@attune/protocol";
import { knownChannel } from "../access/channel-rules.js";
import type { LogPage, StoredMessage } from "../broker/broker.js";
import type { Connection } from "../connection/connection.js";
import { openJson } from "../wire/frame-text.js";
import { takeRequest } from "./request-rate.js";

/**
 * Answers with messages before a position, or the last ones.
 *
 * @throws {RealtimeError} `invalid-channel`, `rate-limited`, `forbidden`, `timeout`
 */
export async function readHistory(connection: Connection, frame: HistFrame): Promise<void> {
  const { settings, node } = connection.server;
  knownChannel(settings.channels, frame.c);
  takeRequest(connection);
  if (!(await connection.access.check(frame.c, "history"))) {
    throw new RealtimeError("forbidden", `Cannot read the history of "${frame.c}".`);
  }
  const limit = Math.min(frame.l, settings.bounds.historyPage);
  const before = frame.b ? frame.b[1] : Number.MAX_SAFE_INTEGER;
  const page = await node.read(frame.c, { before, limit });
  const { epoch } = page.position;
  // A position of another epoch stands in a log that is gone: nothing in this one lies before it.
  const isSameLog = !frame.b || frame.b[0] === epoch;
  const messages = isSameLog ? newestWithin(page.messages, MAX_CHUNK_CHARS) : [];
  const more = isSameLog && hasOlder(page, messages, before);
  const head = openJson({ t: "page", r: frame.r, c: frame.c, e: epoch });
  connection.send({ text: `${head},"m":[${messages.map(({ json }) => json).join()}],"more":${more}}` });
}

/** The newest messages that fit, at least one. */
function newestWithin(messages: readonly StoredMessage[], maxChars: number): readonly StoredMessage[] {
  let chars = 0;
  let from = messages.length;
  while (from > 0) {
    chars += (messages[from - 1] as StoredMessage).json.length + 1;
    if (chars > maxChars && from < messages.length) break;
    from--;
  }
  return messages.slice(from);
}

function hasOlder({ first, position }: LogPage, messages: readonly StoredMessage[], before: number): boolean {
  const oldest = messages[0]?.offset ?? Math.min(before, position.offset + 1);
  return oldest > first;
}

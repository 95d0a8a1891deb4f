/** What a client asks and gets an answer to: publish, history, ping. */
import type { DriverConnection } from "@attune/core/driver";
import { carry } from "./carry.js";
import type { Line, Request } from "./line.js";
import { toIncoming } from "./membership.js";
import { fromPosition } from "./position.js";
import { takeMessage } from "./publishing.js";
import { unsupported } from "./unsupported.js";

/** The questions of one line. An answer that is lost on the way leaves its promise pending. */
export function createQuestions(line: Line): Required<Pick<DriverConnection, "publish" | "history" | "ping">> {
  const { hub, session, peer } = line;

  /** Asks, and settles by what `answer` returns or throws at the hub; `undefined` is an answer that gets lost. */
  function question<T>(request: Request, answer: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      line.ask(request, () => {
        try {
          const answered = answer();
          if (answered !== undefined) line.hear(() => resolve(answered));
        } catch (error) {
          line.hear(() => reject(error));
        }
      });
    });
  }

  return {
    async publish(message) {
      if (session.capabilities.publish === "none") throw unsupported("publish()");
      const sent = carry(message);
      return question({ type: "publish", message: sent }, () => takeMessage(hub, session, peer.connectionId, sent));
    },
    async history(channel, { before, limit }) {
      if (!session.capabilities.history) throw unsupported("history()");
      return question({ type: "history", channel, limit, ...(before ? { before } : {}) }, () => {
        const error = hub.refusalOf(channel, session.client);
        if (error) throw error;
        const { messages, hasMore } = hub.channel(channel).log.page(limit, before && fromPosition(before));
        return { messages: messages.map((message) => toIncoming(message, session)), hasMore };
      });
    },
    ping: () => question({ type: "ping" }, () => ({ serverNowMs: hub.clock.now() })),
  };
}

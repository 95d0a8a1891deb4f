/** Bugs to plant: each takes one defence out of the client or the server, and must be found. */

/** A change of one place in the source, and what it breaks. */
export interface PlantedBug {
  /** What goes wrong, in a few words. */
  readonly name: string;
  /** The defence that is taken out. */
  readonly defence: string;
  /** Below `packages/`. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** All of them. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: "a repeated publish is appended again",
    defence: "dedupe on the server",
    file: "server/src/broker/chain-link.ts",
    find: 'if (last > 0 && link.sequence <= last) return "repeat";',
    replace: 'if (last > 0 && link.sequence <= last) return "next";',
  },
  {
    name: "a message is appended though the one before it is missing",
    defence: "the chain of `previous`",
    file: "server/src/broker/chain-link.ts",
    find: 'return link.sequence > last && link.previous === last ? "next"',
    replace: 'return link.sequence > last ? "next"',
  },
  {
    name: "a message that was delivered in an earlier epoch is delivered again",
    defence: "dedupe by id in the client",
    file: "core/src/channel/recent-ids.ts",
    find: "if (ids.has(id)) return false;",
    replace: "",
  },
  {
    name: "messages are delivered as they come, whatever their offset",
    defence: "the offset check",
    file: "core/src/channel/sequence.ts",
    find: "if (next === undefined ? offset <= end + 1 : offset === next)",
    replace: "if (next === undefined || offset !== -1)",
  },
  {
    name: "an early message is delivered at once",
    defence: "the hold-back",
    file: "core/src/channel/sequence.ts",
    find: "return { sequence: { ...sequence, held: [...held, message] }, deliver: [], isHole: true };",
    replace: "return drain({ ...sequence, next: offset + 1 }, [message]);",
  },
  {
    name: "a join goes on from what was promised, not from what was delivered",
    defence: "the position of what reached the app",
    file: "core/src/channel/delivery.ts",
    find: "since = next.position ?? since;",
    replace: "since = cut ?? next.position ?? since;",
  },
  {
    name: "a gap is not told",
    defence: "`sync_requested`",
    file: "core/src/channel/subscription.ts",
    find: "if (isGap) options.onGap();",
    replace: "hasGap = false;",
  },
  {
    name: "the server takes a trimmed log for a whole one",
    defence: "the judgement of continuity",
    file: "server/src/channel/continuity.ts",
    find: "since.offset + 1 >= first;",
    replace: "first >= 0;",
  },
  {
    name: "a backfill ends before it has caught up with the log",
    defence: "the atomic join",
    file: "server/src/channel/subscription.ts",
    find: "const more = fill.rows.length > 0 || fill.cursor < end;",
    replace: "const more = false;",
  },
  {
    name: "what was under way when the connection broke is not sent again",
    defence: "the rewind of the outbox",
    file: "core/src/outbox/outbox.ts",
    find: "setLane(key, rewound(lane));",
    replace: "setLane(key, lane);",
  },
  {
    name: "others see a leave as soon as a connection breaks",
    defence: "the grace",
    file: "server/src/session/session-store.ts",
    find: "this.#afterGrace(session, () => this.end(session));",
    replace: "this.end(session);",
  },
  {
    name: "who does not come back within the grace stays for ever",
    defence: "the lease of a session",
    file: "server/src/session/session-store.ts",
    find: "this.#afterGrace(session, () => this.end(session));",
    replace: "session.cancelGrace?.();",
  },
  {
    name: "the server never gives a silent client up",
    defence: "the server's liveness",
    file: "server/src/connection/liveness.ts",
    find: "this.#giveUp();",
    replace: "this.#wait(answerMs);",
  },
  {
    name: "the client never gives a silent server up",
    defence: "the client's heartbeat",
    file: "core/src/connection/pulse.ts",
    find: "onDead();",
    replace: "",
  },
  {
    name: "a clock that was set back keeps a dead connection standing",
    defence: "liveness by a clock that nobody sets",
    file: "server/src/connection/liveness.ts",
    find: "this.#env.uptimeMs() - this.#heardMs",
    replace: "this.#env.clock.now() - this.#heardMs",
  },
  {
    name: "a client whose clock was set back waits as long",
    defence: "the steady clock of core",
    file: "core/src/env/clock.ts",
    find: "aheadMs = Math.max(aheadMs, lastMs - nowMs);",
    replace: "",
  },
  {
    name: "a restart shows a mass leave",
    defence: "settling",
    file: "server/src/channel/subscription.ts",
    find: "...(presence && this.#host.isSettling() ? { settling: true } : {}),",
    replace: "",
  },
  {
    name: "a lost step of the presence map is not noticed",
    defence: "the revision check",
    file: "core/src/presence/reducer.ts",
    find: "if (delta.epoch !== map.epoch || delta.from !== map.revision) return undefined;",
    replace: "",
  },
  {
    name: "an old step of the presence map is applied again",
    defence: "the revision check, backwards",
    file: "core/src/presence/reducer.ts",
    find: "if (delta.epoch === map.epoch && delta.revision <= map.revision) return map;",
    replace:
      "if (delta.epoch === map.epoch && delta.revision <= map.revision) return applyDelta({ ...map, revision: delta.from }, delta);",
  },
  {
    name: "a subscriber who joined while somebody came or went is not told",
    defence: "the catch-up from the cut",
    file: "server/src/channel/subscription.ts",
    find: "if (catchUp) this.#host.send(catchUp);",
    replace: "",
  },
  {
    name: "what an earlier connection left behind is believed",
    defence: "nothing before the answer to a join",
    file: "core/src/realtime.ts",
    find: "if (channel?.isHeard || /tached/.test(kind))",
    replace: "if (channel)",
  },
  {
    name: "an old answer to a join is taken for the new one",
    defence: "numbers that are never used twice",
    file: "core/src/wire.ts",
    find: "lastRef ||= Math.floor(host.random() * 2 ** 31);",
    replace: "lastRef = 0;",
  },
  {
    name: "a left channel is not left at the server",
    defence: "the release on the wire",
    file: "core/src/channel/subscription.ts",
    find: 'if (wire !== "none") link()?.detach(name);',
    replace: "",
  },
  {
    name: "a cursor stays when its owner goes",
    defence: "the end of signals",
    file: "server/src/channel/channel.ts",
    find: "if (this.#signals.forget(connectionId))",
    replace: "if (!connectionId)",
  },
  {
    name: "a gap that nobody was told of stays",
    defence: "a stay that begins anew",
    file: "core/src/channel/subscription.ts",
    find: "isContinuing = hasGap = false;",
    replace: "isContinuing = false;",
  },
  {
    name: "what an earlier life of the tab wrote is not sent",
    defence: "the kept outbox",
    file: "core/src/storage/keeper.ts",
    find: "const adopted = inTurn(records.filter(({ id }) => !entries.has(id))).map(toEntry);",
    replace: "const adopted = inTurn(records.slice(records.length)).map(toEntry);",
  },
  {
    name: "what is written now overtakes what an earlier life wrote",
    defence: "the turn of older messages",
    file: "core/src/storage/keeper.ts",
    find: "let isReady = false;",
    replace: "let isReady = true;",
  },
];

/** The app on every client of a run: what its users do, and what it writes down of what it is given. */
import type { OutboxRecord, RealtimeError } from "@attune/core";
import type { HistoryEvent } from "@attune/testing";
import type { SimulatedClient } from "../world/simulated-client.js";
import type { SimulatedServer } from "../world/simulated-server.js";
import type { World } from "../world/world.js";
import type { PresenceWatch } from "../verdict/presence-watch.js";
import type { Violation } from "../verdict/violation.js";
import type { Deed } from "./actions.js";

/** The channel that has presence. */
export const ROOM = "presence:room:1";
/** How often somebody who is told that something is missing goes elsewhere, rather than wait for it. */
const LOOKS_AWAY = 0.1;
/** Somebody who was sent away for good tries again after this, as a user would. */
const TRY_AGAIN_MS = 300;

/**
 * Whose order counts: that of a tab over all its lives when its outbox outlives them. Lives go by the clock of the machine, so one
 * that is set back between two of them may change their places, but mixes nothing up within one.
 */
function publisherOf(client: SimulatedClient): string {
  return client.disk && !client.isClockSet ? client.name : client.life;
}

/** The app, and its memory. */
export class App {
  readonly history: HistoryEvent[] = [];
  readonly violations: Violation[] = [];
  /** What each client last showed of itself. */
  readonly shown: Map<SimulatedClient, number> = new Map();
  readonly #world: World;
  readonly #server: SimulatedServer;
  readonly #watch: PresenceWatch;
  readonly #ends = new Map<string, () => void>();
  readonly #padding: string;
  /** Which life of its tab wrote a message. */
  readonly #own = new Map<string, string>();
  #messages = 0;

  constructor(world: World, server: SimulatedServer, watch: PresenceWatch, messageChars: number) {
    this.#padding = "x".repeat(messageChars);
    this.#world = world;
    this.#server = server;
    this.#watch = watch;
  }

  /** The app starts on a client: for the first time, or again. */
  start(client: SimulatedClient, channels: readonly string[]): void {
    const { realtime, life } = client;
    realtime.$connection.listen(() => this.#watch.look());
    realtime.on("permanently_disconnected", () => {
      this.#world.time.after(TRY_AGAIN_MS, () => {
        if (client.life === life && !client.isDown) realtime.connect().catch(() => {});
      });
    });
    // What an earlier life wrote has nobody who awaits it: notices tell its end.
    const adopted = (type: "acked" | "failed") => (record: OutboxRecord) => {
      const { id } = record.data as { id: string };
      if (this.#own.get(id) === life) return;
      this.history.push({ type, client: publisherOf(client), channel: record.channel, id });
    };
    realtime.on("message_sent", adopted("acked"));
    realtime.on("message_failed", adopted("failed"));
    for (const channel of channels) this.join(client, channel);
  }

  /** It was killed: nobody is left to be told what becomes of what it had not settled, unless that is kept. */
  crashed(client: SimulatedClient): void {
    for (const [key, end] of this.#ends) {
      if (!key.startsWith(`${client.life} `)) continue;
      end();
      this.#ends.delete(key);
    }
    this.shown.delete(client);
    const settled = new Set(
      this.history.flatMap((event) => (event.type === "acked" || event.type === "failed" ? event.id : [])),
    );
    const kept = new Set(client.disk?.data.map((data) => (data as { id: string }).id));
    for (const event of [...this.history]) {
      if (event.type !== "published" || event.client !== publisherOf(client)) continue;
      if (settled.has(event.id) || kept.has(event.id)) continue;
      this.history.push({ type: "failed", client: event.client, channel: event.channel, id: event.id });
    }
  }

  do(client: SimulatedClient | undefined, deed: Deed): void {
    if (deed.do === "backend-publish") return this.#publishFromBackend(deed.channel);
    if (!client || client.isDown || client.pageState === "frozen") return undefined;
    this.#world.trace?.(client.name, JSON.stringify(deed));
    switch (deed.do) {
      case "publish":
        for (let count = 0; count < deed.count; count++) this.publish(client, deed.channel);
        return undefined;
      case "join":
        return this.join(client, deed.channel);
      case "leave":
        return this.#leave(client, deed.channel);
      case "state":
        if (!client.leases.has(ROOM)) return undefined;
        this.shown.set(client, ++this.#messages);
        return client.channel(ROOM).setMyState({ customState: { step: this.#messages } });
      case "signal":
        return client.leases.has(ROOM) ? client.channel(ROOM).signal("cursor", ++this.#messages) : undefined;
      case "type":
        return client.leases.has(ROOM) ? client.channel(ROOM).startTyping() : undefined;
      case "connect":
        return void client.realtime.connect().catch(() => {});
      case "disconnect":
        void client.realtime.disconnect();
        return this.#watch.look();
      case "history":
        return void client
          .channel(ROOM)
          .history({ limit: 5 })
          .catch(() => {});
    }
  }

  publish(client: SimulatedClient, channel: string): void {
    const id = `m${++this.#messages}`;
    const { life } = client;
    const publisher = publisherOf(client);
    this.history.push({ type: "published", client: publisher, channel, id });
    this.#own.set(id, life);
    const settle = (type: "acked" | "failed"): void => {
      if (client.life === life && !client.isDown) this.history.push({ type, client: publisher, channel, id });
    };
    client
      .channel(channel)
      .publish("message", { id, padding: this.#padding })
      .then(
        () => settle("acked"),
        (error: RealtimeError) => {
          settle("failed");
          // A server that failed five times in a row to write it; nothing else may fail here.
          if (error.details?.["code"] === "internal-error") return;
          this.violations.push({ promise: "refused", how: `${publisher} ${id}: ${error.message}` });
        },
      );
  }

  join(client: SimulatedClient, channel: string): void {
    if (client.leases.has(channel)) return;
    const handle = client.channel(channel);
    const subscriber = client.life;
    const observe = (event: "gap" | "joined" | "left"): void => {
      this.history.push({ type: event, subscriber, channel });
    };
    // What was published before the join was answered is shown, and not announced.
    let isIn = false;
    let isOver = false;
    const look = (phase: string): void => {
      if (isIn || isOver || phase !== "joined") return;
      isIn = true;
      observe("joined");
    };
    let isLoading = false;
    let isTold = false;
    const onGap = (): void => {
      isTold = true;
      look("joined");
      observe("gap");
      isLoading = true;
      if (this.#world.random() < LOOKS_AWAY) this.#lookAway(client, channel);
      // The app loads what it lacks, unless its user goes elsewhere meanwhile.
      this.#world.time.after(this.#world.between(0, 5_000), () => {
        if (isOver) return;
        isLoading = false;
        handle.acknowledgeGap();
      });
    };
    const { phase = "idle", continuity } = handle.$status.value ?? {};
    look(phase);
    if (channel === ROOM) handle.signals("cursor");
    // One that came while the channel lingered, and nobody was there to hear of it, shows in the status only: now, or when the
    // connection is back. Who comes to a channel that was left has missed nothing.
    const isTakenOver = phase !== "idle";
    const lookForGap = (continuity: string | undefined): void => {
      if (continuity !== "gap" || isLoading) return;
      if (isTakenOver || isTold) onGap();
      else
        this.violations.push({
          promise: "false-gap",
          how: `${subscriber} came to ${channel}, and is said to lack something`,
        });
    };
    lookForGap(continuity);
    const ends = [
      handle.$status.listen(({ phase, continuity }) => {
        look(phase);
        lookForGap(continuity);
        this.#watch.look();
      }),
      handle.on(
        "message" as never,
        (({ data: { id } }: { data: { id: string } }) =>
          this.history.push({ type: "delivered", subscriber, channel, id })) as never,
      ),
      handle.on("sync_requested", onGap),
      handle.on("member_left", ({ userId }) => {
        this.#world.trace?.(client.name, `sees "${userId}" leave`);
        if (!this.#watch.isFlicker(userId, client)) return;
        this.violations.push({ promise: "flicker", how: `${subscriber} saw "${userId}" leave who had not` });
      }),
      handle.join(),
    ];
    const end = (): void => {
      client.leases.delete(channel);
      isOver = true;
      if (!isIn) return;
      isIn = false;
      observe("left");
    };
    this.#ends.set(`${subscriber} ${channel}`, end);
    client.leases.set(channel, () => {
      for (const stop of ends) stop();
      end();
    });
    this.#watch.look();
  }

  /** Its user leaves the page that lacks something, and comes back to it when the channel was let go of. */
  #lookAway(client: SimulatedClient, channel: string): void {
    const { life } = client;
    const isHere = (): boolean => client.life === life && !client.isDown;
    this.#world.time.after(this.#world.between(0, 300), () => {
      if (!isHere() || !client.leases.has(channel)) return;
      this.#leave(client, channel);
      this.#world.time.after(this.#world.between(300, 2_000), () => isHere() && this.join(client, channel));
    });
  }

  #leave(client: SimulatedClient, channel: string): void {
    client.leases.get(channel)?.();
    this.#ends.delete(`${client.life} ${channel}`);
    if (channel === ROOM) this.shown.delete(client);
    this.#watch.look();
  }

  #publishFromBackend(channel: string): void {
    const { core } = this.#server;
    if (!core) return;
    const id = `m${++this.#messages}`;
    this.history.push({ type: "published", client: "backend", channel, id });
    // A publish that was under way when the server died has no answer, and nobody to hear one.
    const open = this.history.push({ type: "failed", client: "backend", channel, id }) - 1;
    core.publish(channel, "message", { id, padding: this.#padding }).then(
      () => (this.history[open] = { type: "acked", client: "backend", channel, id }),
      () => {},
    );
  }
}

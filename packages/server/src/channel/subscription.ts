/** One connection's subscription: cut at one instant, filled in pieces by credit, then live. */
import { type ErrorCode, fromWirePosition, type SubFrame, toWirePosition } from "@attune/protocol";
import type { LogPage } from "../broker/broker.js";
import type { PresenceSnapshot } from "../presence/presence-map.js";
import type { PresenceRow } from "../presence/presence-row.js";
import { type EncodedFrame, encodeFrame } from "../wire/encoded-frame.js";
import { backfillFrame, type Json, openJson } from "../wire/frame-text.js";
import type { Channel, Subscriber } from "./channel.js";
import type { StateCut } from "./state-lane.js";
import { packChunk } from "./chunk.js";
import { type Continuity, judgeContinuity } from "./continuity.js";

/** Messages read from the log for one piece; tiny ones may leave a piece smaller than it could be. */
const PAGE_MESSAGES = 500;

/** The connection's side of a subscription. */
export interface SubscriptionHost {
  send(frame: EncodedFrame): void;
  sendLossy(frame: EncodedFrame): boolean;
  /** Calls `run` once the connection has room for a piece: at once unless much waits for it already. */
  whenRoom(run: () => void): void;
  /** Whether the server started so recently that members may be missing. */
  isSettling(): boolean;
  /** The subscription failed while it was being filled. */
  failed(subscription: Subscription, error: unknown): void;
  /** The server ended the subscription; it is to be forgotten. `mayComeBack`: the client was told to join again. */
  ended(subscription: Subscription, mayComeBack: boolean): void;
}

interface Fill {
  readonly snapshot: PresenceSnapshot | undefined;
  readonly state: StateCut | undefined;
  rows: readonly PresenceRow[];
  /** Offset of the last message sent. */
  cursor: number;
}

/** A subscription from `sub` to its end. */
export class Subscription implements Subscriber {
  readonly channel: Channel;
  readonly ref: number;
  readonly #request: SubFrame;
  readonly #host: SubscriptionHost;
  #phase: "cutting" | "filling" | "live" | "ended" = "cutting";
  #fill: Fill | undefined;
  #isSending = false;

  constructor(channel: Channel, request: SubFrame, host: SubscriptionHost) {
    this.channel = channel;
    this.ref = request.r;
    this.#request = request;
    this.#host = host;
    channel.add(this);
  }

  /** Whether it gets the shared state. */
  get hasState(): boolean {
    return this.#request.st !== undefined;
  }

  get isLive(): boolean {
    return this.#phase === "live";
  }

  /** Begins: the answer follows as frames. */
  start(): void {
    void this.#guard(async () => {
      const { since, last } = this.#request;
      const continuity = since || last ? await this.#judge() : undefined;
      if (this.hasState) await this.channel.state.ready();
      if (this.#phase === "ended") return;
      // Another node's subscriber may have seen more of the log than this node has sent so far.
      this.channel.messages.whenReached(continuity?.after ?? 0, () => {
        this.#host.whenRoom(() => this.#whenSettled(() => this.#cut(continuity)));
      });
    });
  }

  /** The client has room for one more piece. */
  more(): void {
    const fill = this.#fill;
    if (!fill || this.#isSending) return;
    this.#isSending = true;
    this.#host.whenRoom(() => void this.#guard(() => this.#sendNext(fill, this.#chunkHead())));
  }

  send(frame: EncodedFrame): void {
    this.#host.send(frame);
  }

  sendLossy(frame: EncodedFrame): boolean {
    return this.#host.sendLossy(frame);
  }

  close(code: ErrorCode, message: string): void {
    if (this.#phase === "ended") return;
    this.#host.send(encodeFrame({ t: "closed", c: this.channel.name, code, msg: message }));
    this.end();
    this.#host.ended(this, code === "channel-closed");
  }

  /** Ends it without a word. */
  end(): void {
    if (this.#phase === "ended") return;
    this.#phase = "ended";
    this.channel.drop(this);
  }

  async #judge(): Promise<Continuity> {
    const { since, last } = this.#request;
    const after = since ? since[1] - 1 : 0;
    const page = this.#checked(await this.channel.read({ after, limit: 1 }));
    if (since) return judgeContinuity(fromWirePosition(since), page);
    return { isComplete: true, after: Math.max(page.first - 1, page.position.offset - (last ?? 0)) };
  }

  #whenSettled(run: () => void): void {
    if (this.channel.presence) this.channel.presence.whenSettled(run);
    else run();
  }

  /** The one instant: from here on the position, the revision and the rows belong together. */
  #cut(continuity: Continuity | undefined): void {
    if (this.#phase === "ended") return;
    const { messages, presence, name } = this.channel;
    const snapshot = presence?.snapshot();
    const state = this.#request.st && this.channel.state.cut(this.#request.st);
    const fill = { snapshot, state, rows: snapshot?.rows ?? [], cursor: continuity?.after ?? messages.position.offset };
    const answer = openJson({
      t: "joined",
      r: this.ref,
      c: name,
      pos: toWirePosition(messages.position),
      ok: continuity?.isComplete ?? true,
      ...(presence && snapshot ? { rev: [presence.epoch, snapshot.revision] } : {}),
      ...(presence && this.#host.isSettling() ? { settling: true } : {}),
      ...(state ? { sv: [state.at.epoch, state.at.version] } : {}),
    });
    const head = state?.json === undefined ? answer : `${answer},"st":${state.json}`;
    this.#phase = "filling";
    this.#fill = fill;
    this.#isSending = true;
    void this.#guard(() => this.#sendNext(fill, head));
  }

  async #sendNext(fill: Fill, head: Json): Promise<void> {
    let page: LogPage | undefined;
    if (fill.cursor < this.channel.messages.position.offset) {
      page = this.#checked(await this.channel.read({ after: fill.cursor, limit: PAGE_MESSAGES }));
    }
    if (this.#phase === "ended") return;
    this.#isSending = false;
    const end = this.channel.messages.position.offset;
    // Past this node's own position lies what live subscribers have yet to be sent, and this one with them.
    const messages = page?.messages.filter((message) => message.offset <= end) ?? [];
    if (page && messages[0]?.offset !== fill.cursor + 1) {
      this.close("channel-closed", `"${this.channel.name}" went on faster than it was read.`);
      return;
    }
    const chunk = packChunk(head.length, fill.rows, messages);
    fill.rows = fill.rows.slice(chunk.rows.length);
    fill.cursor += chunk.messages.length;
    const more = fill.rows.length > 0 || fill.cursor < end;
    this.#host.send(backfillFrame(head, chunk.messages, chunk.rows, more));
    if (!more) this.#goLive(fill);
  }

  #goLive({ snapshot, state }: Fill): void {
    // Sending may have found the connection too far behind.
    if (this.#phase !== "filling") return;
    const catchUp = snapshot && this.channel.presence?.catchUpFrame(snapshot);
    if (catchUp) this.#host.send(catchUp);
    const changes = state ? this.channel.state.catchUp(state) : [];
    if (!changes) {
      this.close("channel-closed", `The shared state of "${this.channel.name}" went on faster than it was read.`);
      return;
    }
    for (const frame of changes) this.#host.send(frame);
    if (this.#phase !== "filling") return;
    this.#phase = "live";
    this.#fill = undefined;
    this.channel.goLive(this);
    if (state) this.channel.state.add(this);
  }

  #checked(page: LogPage): LogPage {
    if (page.position.epoch !== this.channel.messages.position.epoch) this.channel.ended();
    return page;
  }

  #chunkHead(): Json {
    return openJson({ t: "chunk", r: this.ref });
  }

  async #guard(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      if (this.#phase === "ended") return;
      this.end();
      this.#host.failed(this, error);
    }
  }
}

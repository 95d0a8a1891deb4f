/** One channel at work: the handle that the app holds, and what the connection has to say to it. */
import { RealtimeError, RESERVED_EVENTS, validatePayload } from "@attune/protocol";
import type { PresenceState, Sender } from "@attune/protocol";
import type { IncomingMessage, IncomingSignal } from "../driver.js";
import { createNotices } from "../notices.js";
import { createPresence, GRACE_MS } from "../presence/presence.js";
import { createTyping, TYPING_SIGNAL } from "../typing/typing.js";
import type { Channel, ChannelNotices, RealtimeMessage, SignalEntry } from "./channel-handle.js";
import { assertDeclared, definitionOf, unsupported } from "./declared.js";
import { createDelivery } from "./delivery.js";
import { createMessageLog } from "./message-log.js";
import { PART } from "./part.js";
import type { ChannelPart, Extensible } from "./part.js";
import { createSignals } from "./signals.js";
import type { ChannelContext, LiveChannel } from "./live-channel.js";
import { createSubscription } from "./subscription.js";

/** Which channel an atom belongs to: who has the atom keeps the channel. */
const owners = new WeakMap<object, LiveChannel>();

/**
 * Makes a channel that nobody has joined.
 *
 * @throws {RealtimeError} `invalid-channel` when the name breaks the grammar, or no definition covers it
 */
export function createChannel(name: string, context: ChannelContext): LiveChannel {
  const { clock, capabilities, transact } = context;
  const definition = definitionOf(name, context.definitions);
  const hasPresence = name.startsWith("presence:") && capabilities.presence !== false;
  const graceMs = capabilities.presence && capabilities.presence.grace === "core" ? GRACE_MS : 0;
  const notices = createNotices<ChannelNotices & Record<`event:${string}`, RealtimeMessage>>(context.report);
  const delivery = createDelivery(capabilities.recovery);
  const log = createMessageLog();
  const myId = (): string | undefined => context.me()?.user?.userId;
  const presence = createPresence(clock, graceMs, myId, ({ joined, left, updated }) => {
    for (const member of joined) notices.tell("member_joined", member);
    for (const member of left) notices.tell("member_left", member);
    for (const member of updated) notices.tell("member_updated", member);
  });
  const emit = (signal: string, value: unknown): void => {
    if (subscription.isAttached) context.link()?.signal(name, signal, value);
  };
  const signals = createSignals(clock, context.isDegraded, emit);
  const typing = createTyping(clock, (isTyping) => emit(TYPING_SIGNAL, isTyping));
  let gaps = 0;
  let part: ChannelPart | undefined;
  /** The last join asked for its part as well. */
  let isPartAsked = false;
  const askForPart = (): void => {
    if (part && !isPartAsked) subscription.resync(true);
  };
  /** What I set must still be set when somebody joins. */
  let isHeld = false;
  /** My state as the server knows it. */
  let shown: PresenceState | undefined;
  const showMe = (): void => {
    const me = presence.$me.value as PresenceState;
    if (hasPresence && subscription.isAttached && shown !== me) context.link()?.setPresence(name, (shown = me));
  };
  const subscription = createSubscription({
    clock,
    name,
    delivery,
    link: context.link,
    request() {
      isPartAsked = !!part;
      return {
        since: delivery.since,
        had: delivery.had,
        recent: context.recent,
        presence: hasPresence ? (shown = presence.$me.value as PresenceState) : undefined,
        state: part?.known,
      };
    },
    onLeased: (isLeased) => context.leased(live, isLeased),
    onGap() {
      gaps += 1;
      log.add([{ type: "gap", key: `gap:${gaps}` }]);
      notices.tell("sync_requested", { channel: name });
      context.syncRequested(name);
    },
    onLeft(isOver) {
      signals.clear();
      typing.clear();
      part?.left();
      if (isOver) presence.clear();
      else presence.lost();
    },
  });

  function toMessage({ id, event, data, sender, timestampMs }: IncomingMessage): RealtimeMessage {
    const mine = `${sender?.userId}:`;
    // My own message was shown by its record's id, the part after my user id, and keeps that as its key.
    const isMine = sender?.userId === (myId() ?? "") && id.startsWith(mine);
    const key = isMine ? id.slice(mine.length) : id;
    return { type: "message", key, id, channel: name, event, data, timestamp: timestampMs, sender };
  }

  function toSignal({ connectionId, value, user }: IncomingSignal): SignalEntry {
    const known = user ?? presence.userOf(connectionId);
    return { connectionId, value, userId: known?.userId, name: known?.name };
  }

  function deliver(message: RealtimeMessage): void {
    notices.tell(`event:${message.event}`, message);
  }

  const handle: Channel & Extensible = {
    [PART](make) {
      part ??= make({ context, definition });
      askForPart();
      return part as never;
    },
    name,
    $status: subscription.$status,
    $members: presence.$members as Channel["$members"],
    $others: presence.$others as Channel["$others"],
    $me: presence.$me,
    $typing: typing.$typing,
    messages: (event) => owned(log.messages(event)) as never,
    signals: (signal) => owned(signals.view(signal)) as never,
    publish(event, data) {
      typing.stop();
      return context.publish(name, event, data, () => {
        if (capabilities.publish === "none") throw unsupported("publish()", name);
        assertDeclared(definition, "events", event, name, data);
      });
    },
    signal(signal, value) {
      if (!capabilities.signals) throw unsupported("signal()", name);
      assertDeclared(definition, "signals", signal, name, value);
      if (subscription.isAttached) signals.send(signal, value);
    },
    on: ((notice: string, callback: (value: RealtimeMessage) => void) => {
      // Notices have names of their own, which defineChannels() refuses as event names.
      const end = notices.on(
        (RESERVED_EVENTS.includes(notice) ? notice : `event:${notice}`) as `event:${string}`,
        callback,
      );
      const release = context.hold(live);
      return () => {
        end();
        release();
      };
    }) as Channel["on"],
    setMyState(patch) {
      if (!hasPresence) throw unsupported("setMyState()", name);
      const state = presence.patched(patch);
      if (state.customState) validatePayload(state.customState, definition?.presence, `customState on "${name}"`);
      transact(() => presence.setMe(state));
      if (!isHeld) context.hold(live);
      isHeld = true;
      showMe();
    },
    startTyping: typing.start,
    stopTyping: typing.stop,
    async history({ before, limit = 50 } = {}) {
      if (!capabilities.history) throw unsupported("history()", name);
      const link = context.link();
      if (!link) throw new RealtimeError("connection-lost", `Cannot read the history of "${name}" while disconnected.`);
      const { messages, hasMore } = await context.whileConnected(link.history(name, { limit, before }));
      return { messages: messages.map(toMessage), hasMore, before: messages[0]?.position };
    },
    acknowledgeGap: subscription.acknowledgeGap,
    join() {
      let leave = (): void => {};
      transact(() => {
        leave = subscription.join();
      });
      return leave;
    },
  };

  const live: LiveChannel = {
    handle,
    get isHeard() {
      return subscription.isHeard;
    },
    opened: subscription.opened,
    lost: subscription.lost,
    released: subscription.released,
    live: subscription.live,
    detached: subscription.detached,
    attached(attachment) {
      if (attachment.settling) presence.settling();
      subscription.attached(attachment);
      // What I set while the join was under way.
      showMe();
      askForPart();
    },
    messages(incoming) {
      const { delivered, isHole } = delivery.receive(incoming);
      const items = delivered.map(({ message }) => toMessage(message));
      log.add(items);
      if (delivered.length) subscription.moved();
      delivered.forEach(({ isNews }, index) => isNews && deliver(items[index] as RealtimeMessage));
      if (isHole) subscription.resync();
    },
    state(change) {
      if (part && !part.receive(change)) subscription.resync();
    },
    presence(change) {
      if (!presence.apply(change)) subscription.resync();
    },
    signals(incoming, gone) {
      const others = incoming.filter(({ connectionId }) => connectionId !== context.me()?.connectionId);
      for (const name of new Set(others.map((signal) => signal.name))) {
        const entries = others.filter((signal) => signal.name === name).map(toSignal);
        if (name === TYPING_SIGNAL) entries.forEach(heardTyping);
        else signals.heard(name, entries);
      }
      signals.gone(gone);
      gone.forEach(typing.gone);
    },
    sent({ id, event, data, createdAtMs }, ack) {
      const user = context.me()?.user;
      // By the same id it may come once more, from another reader's history.
      const stored = ack.guarantee === "stored" ? ack : { id: `${user?.userId ?? ""}:${id}`, timestamp: createdAtMs };
      if (!delivery.isNew(stored.id)) return;
      const sender = user ? { userId: user.userId, name: user.name } : undefined;
      const message: RealtimeMessage = {
        type: "message",
        key: id,
        id: stored.id,
        channel: name,
        event,
        data,
        sender,
        timestamp: stored.timestamp,
      };
      log.add([message]);
      deliver(message);
    },
  };

  function owned<T extends object>(store: T): T {
    owners.set(store, live);
    return store;
  }
  [handle.$status, handle.$members, handle.$others, handle.$me, handle.$typing].forEach(owned);

  function heardTyping({ connectionId, value, userId, name: who }: SignalEntry): void {
    const isMe = userId !== undefined && userId === myId();
    const sender: Sender = { userId: userId ?? connectionId, name: who ?? "Someone" };
    if (!isMe) typing.heard(connectionId, sender, value === true);
  }

  return live;
}

/** Shows the room, and tells what is done in it. Nothing here knows about realtime but the shapes of its values. */
import type { Banner, ConnectionState, Cursor, OutboxRecord, PresenceMember, User } from "@attune/core";
import { type Bubble, faceOf, MAX_TEXT_LENGTH } from "@attune-demo/room/client";
import { contentOf, find, keyedList, setText } from "./dom.js";

/** What can be done in the room. */
export interface Actions {
  send(text: string): void;
  typing(isTyping: boolean): void;
  rename(name: string): void;
  pointerMove(event: PointerEvent): void;
  pointerLeave(): void;
  retry(id: string): void;
  discard(id: string): void;
  connect(): void;
  setOffline(isOffline: boolean): void;
}

const main = find(".room");
const connection = find(".connection");
const latency = find(".latency");
const offline = find("#offline");
const banner = find(".attune-banner");
const message = find<HTMLInputElement>(".composer .input");
const name = find<HTMLInputElement>("#name");
/** What the server has, or was asked for: Enter is a change and a submit, and asks once. */
let askedName = "";

export function showRoom(room: string): void {
  setText(find(".room-title"), room);
}

export function showConnection(state: ConnectionState): void {
  connection.dataset["status"] = state.status;
  setText(connection, state.status);
  const ms = state.status === "connected" ? state.latencyMs : undefined;
  setText(latency, ms === undefined ? "" : `${Math.round(ms)} ms`);
}

export function showMe(me: User | null): void {
  main.style.setProperty("--hue", `${faceOf(me).hue}`);
  if (me && me.name !== askedName) name.value = askedName = me.name;
}

const MAX_FACES = 24;
const avatars = find(".attune-avatars");

export function showMembers(members: readonly PresenceMember[]): void {
  const hidden = members.length - MAX_FACES;
  if (hidden > 0) avatars.dataset["more"] = `+${hidden}`;
  else delete avatars.dataset["more"];
  showFaces(members.slice(0, MAX_FACES));
}

const showFaces = keyedList<PresenceMember>(avatars, {
  key: ({ userId }) => userId,
  template: () => "member",
  fill(element, member) {
    element.title = member.name;
    element.toggleAttribute("data-unconfirmed", member.unconfirmed);
    const { hue, initials } = faceOf(member);
    find(".face", element).style.setProperty("--hue", `${hue}`);
    setText(find(".face", element), initials);
    setText(find(".visually-hidden", element), member.name);
    find(".face-app", element).dataset["app"] = String(member.customState?.["app"] ?? "");
  },
});

export const showMessages = keyedList<Bubble>(find(".messages"), {
  key: ({ key }) => key,
  template: ({ type }) => type,
  fill(element, bubble) {
    if (bubble.type === "gap") return;
    element.toggleAttribute("data-mine", bubble.isMine);
    element.toggleAttribute("data-follow-up", bubble.isFollowUp);
    if (bubble.state) element.dataset["state"] = bubble.state;
    else delete element.dataset["state"];
    element.style.setProperty("--hue", `${bubble.hue}`);
    setText(find(".face", element), bubble.initials);
    setText(find(".message-author", element), bubble.author);
    setText(find(".message-time", element), bubble.state ?? bubble.time);
    setText(find(".message-text", element), bubble.text);
  },
});

export const showOutbox = keyedList<OutboxRecord>(find(".outbox"), {
  key: ({ id }) => id,
  template: () => "record",
  fill(element, { id, data, state, error }) {
    element.dataset["id"] = id;
    element.dataset["state"] = state;
    setText(find(".outbox-text", element), (data as { text: string }).text);
    setText(find(".outbox-state", element), state);
    find(".outbox-state", element).title = error?.message ?? "";
    for (const button of element.querySelectorAll("button")) button.hidden = state !== "failed";
  },
});

export const showCursors = keyedList<Cursor>(find(".cursors"), {
  key: ({ connectionId }) => connectionId,
  template: () => "cursor",
  fill(element, cursor) {
    element.style.setProperty("--x", `${cursor.x}`);
    element.style.setProperty("--y", `${cursor.y}`);
    element.style.setProperty("--hue", `${faceOf(cursor).hue}`);
    setText(find(".cursor-name", element), cursor.name ?? "");
  },
});

export function showTyping(text: string): void {
  setText(find(".attune-typing"), text);
}

export function showBanner(state: Banner): void {
  if (state) banner.dataset["state"] = state;
  else delete banner.dataset["state"];
  if (state === "offline") setText(banner, "You are offline. Changes will sync when you reconnect.");
  else if (state === "reconnecting") setText(banner, "Reconnecting…");
  else if (state === "disconnected") banner.replaceChildren(contentOf("lost"));
  else setText(banner, "");
}

export function listen(actions: Actions): void {
  message.maxLength = MAX_TEXT_LENGTH;
  message.addEventListener("input", () => actions.typing(message.value !== ""));
  find(".composer").addEventListener("submit", (event) => {
    event.preventDefault();
    if (message.value.trim()) actions.send(message.value.trim());
    message.value = "";
  });

  const rename = (event: Event): void => {
    event.preventDefault();
    if (name.value.trim() === askedName) return;
    askedName = name.value.trim();
    actions.rename(askedName);
  };
  find(".me").addEventListener("submit", rename);
  name.addEventListener("change", rename);

  main.addEventListener("pointermove", (event) => actions.pointerMove(event));
  main.addEventListener("pointerleave", () => actions.pointerLeave());
  find(".outbox").addEventListener("click", ({ target }) => {
    const button = (target as Element).closest<HTMLElement>("[data-do]");
    const id = button?.closest<HTMLElement>("[data-id]")?.dataset["id"];
    if (!button || id === undefined) return;
    if (button.dataset["do"] === "retry") actions.retry(id);
    else actions.discard(id);
  });
  banner.addEventListener("click", ({ target }) => {
    if ((target as Element).closest("button")) actions.connect();
  });

  let isOffline = false;
  offline.addEventListener("click", () => {
    isOffline = !isOffline;
    actions.setOffline(isOffline);
    setText(offline, isOffline ? "Go online" : "Go offline");
  });
}

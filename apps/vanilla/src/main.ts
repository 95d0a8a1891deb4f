/** A room. Everything realtime about this app is on this screen; `view.ts` only shows it. */
import { connectionBanner, cursors, timeline, type User, typingText } from "@attune/core";
import { roomOf, toBubbles } from "@attune-demo/room/client";
import "@attune-demo/room/style.css";
import { guest, networkSwitch, realtime } from "./realtime.js";
import * as view from "./view.js";

const room = roomOf(new URL(location.href));
const name = `presence:room:${room}` as const;
const channel = realtime.channel(name);
const $messages = timeline(realtime, name, "message");
const pointers = cursors(channel);
/** Who the server says I am; while the connection is down, who I was. */
let me: User | null = null;

view.showRoom(room);
channel.setMyState({ customState: { app: "Vanilla" } });

realtime.$connection.subscribe((connection) => {
  if (connection.status === "connected") me = connection.user;
  view.showConnection(connection);
  view.showMe(me);
  showMessages();
});
$messages.listen(showMessages);
channel.$members.subscribe(view.showMembers);
channel.$typing.subscribe((typing) => view.showTyping(typingText(typing.map(({ name }) => name))));
pointers.$cursors.subscribe(view.showCursors);
realtime.$queue.subscribe(view.showOutbox);
connectionBanner(realtime).subscribe(view.showBanner);
channel.join();

view.listen({
  send: (text) => channel.publish("message", { text }),
  typing: (isTyping) => (isTyping ? channel.startTyping() : channel.stopTyping()),
  pointerMove: (event) => pointers.onPointerMove(event),
  pointerLeave: () => pointers.onPointerLeave(),
  retry: (id) => realtime.retry(id),
  discard: (id) => realtime.discard(id),
  connect: () => realtime.connect(),
  setOffline: (isOffline) => networkSwitch.setOffline(isOffline),
  /** The name is the server's: it comes with the next token. Reconnecting gets one at once, and nobody sees a leave. */
  rename(name) {
    guest.rename(name);
    realtime.reconnect();
  },
});

function showMessages(): void {
  view.showMessages(toBubbles($messages.get(), me));
}

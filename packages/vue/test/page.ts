/** A page that uses everything, for rendering on a server and hydrating in a browser. */
import type { Realtime } from "@attune/core";
import {
  ConnectionBanner,
  PresenceAvatars,
  realtimePlugin,
  TypingIndicator,
  useChannel,
  useConnection,
  useCursors,
  useMessages,
  usePresence,
  useQueue,
  useTyping,
} from "@attune/vue";
import { type App, createSSRApp, defineComponent, h } from "vue";

const channel = "presence:room:1";

const Page = defineComponent(() => {
  const { connection } = useConnection();
  const { queue } = useQueue();
  const { status } = useChannel(channel);
  const { members, myState } = usePresence(channel);
  const { typing } = useTyping(channel);
  const { messages } = useMessages(channel, "message", { pending: true });
  const { cursors, handlers } = useCursors(channel);
  const counts = () => [queue, members, typing, cursors].map(({ value }) => value.length);
  return () => [
    h("p", [connection.value.status, status.value.phase, myState.value.status].join(" ")),
    h("p", handlers, [...counts(), ...messages.value.map(({ data }) => data)].join(" ")),
    h(ConnectionBanner),
    h(PresenceAvatars, { channel }),
    h(TypingIndicator, { channel }),
  ];
});

export function createPage(realtime: Realtime): App {
  return createSSRApp(Page).use(realtimePlugin(realtime));
}

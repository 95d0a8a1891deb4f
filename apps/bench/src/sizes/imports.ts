/** What an app imports of each library to get a connection, channels and presence, as far as the library has them. */

/** An import, as an app writes it. */
export interface Import {
  readonly name: string;
  readonly code: string;
  /** Packages that the app has anyway, or that are counted on their own. */
  readonly external?: readonly string[];
}

const CORE = `export { createRealtime } from "@attune/core"; export { socketio } from "@attune/socketio";`;
const COMPOSABLES = "useConnection, useChannel, useEvent, usePresence, useTyping, useQueue, useMessages";
const VUE = `${CORE} export { ${COMPOSABLES} } from "@attune/vue";`;
const SVELTE = `${CORE} export { provideRealtime, ${COMPOSABLES} } from "@attune/svelte";`;

export const IMPORTS: readonly Import[] = [
  { name: "attune: core + socketio", code: CORE },
  { name: "attune: core + socketio, without socket.io-client", code: CORE, external: ["socket.io-client"] },
  { name: "attune: core + socketio + vue", code: VUE, external: ["vue"] },
  { name: "attune: core + socketio + vue, without socket.io-client", code: VUE, external: ["vue", "socket.io-client"] },
  { name: "attune: core + socketio + svelte", code: SVELTE, external: ["svelte"] },
  {
    name: "attune: core + socketio + svelte, without socket.io-client",
    code: SVELTE,
    external: ["svelte", "socket.io-client"],
  },
  { name: "socket.io-client", code: `export { io } from "socket.io-client";` },
  { name: "phoenix", code: `export { Socket, Presence } from "phoenix";` },
  { name: "@logux/client", code: `export { CrossTabClient } from "@logux/client";` },
  { name: "pusher-js", code: `export { default } from "pusher-js";` },
  { name: "centrifuge", code: `export { Centrifuge } from "centrifuge";` },
  { name: "@liveblocks/client", code: `export { createClient } from "@liveblocks/client";` },
  {
    name: "ably (modular)",
    code: `export { BaseRealtime, FetchRequest, WebSocketTransport, RealtimePresence } from "ably/modular";`,
  },
  { name: "ably", code: `export { Realtime } from "ably";` },
];

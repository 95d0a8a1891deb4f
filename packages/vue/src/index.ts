/** Attune for Vue 3: a plugin, composables and components. */
export { type AtomLike, type ChannelName, type Definition, useAtom, type Value } from "./bridge.js";
export { ConnectionBanner, type ConnectionBannerSlot } from "./connection-banner.js";
export { realtimeKey, realtimePlugin, useRealtime } from "./plugin.js";
export { PresenceAvatars, type PresenceAvatarsSlot } from "./presence-avatars.js";
export { TypingIndicator, type TypingIndicatorSlot } from "./typing-indicator.js";
export { useChannel, type UseChannelReturn } from "./use-channel.js";
export { useConnection, type UseConnectionReturn } from "./use-connection.js";
export { useCursors, type UseCursorsOptions, type UseCursorsReturn } from "./use-cursors.js";
export { type EventName, type EventValue, useEvent } from "./use-event.js";
export { type Message, useMessages, type UseMessagesOptions, type UseMessagesReturn } from "./use-messages.js";
export { usePresence, type UsePresenceReturn } from "./use-presence.js";
export { useQueue, type UseQueueReturn } from "./use-queue.js";
export { useSharedState, type UseSharedStateReturn } from "./use-shared-state.js";
export { useTyping, type UseTypingReturn } from "./use-typing.js";

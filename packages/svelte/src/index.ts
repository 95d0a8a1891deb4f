/** Attune for Svelte 5: a context, composables, stores and components. */
export {
  type AtomLike,
  type ChannelName,
  type Definition,
  type MaybeGetter,
  useAtom,
  type Value,
} from "./bridge.svelte.js";
export { default as ConnectionBanner } from "./connection-banner.svelte";
export { provideRealtime, useRealtime } from "./context.js";
export { messagesStore } from "./messages-store.js";
export { default as PresenceAvatars } from "./presence-avatars.svelte";
export { channelStore, connectionStore, presenceStore, queueStore, typingStore } from "./stores.js";
export { default as TypingIndicator } from "./typing-indicator.svelte";
export { useChannel, type UseChannelReturn } from "./use-channel.js";
export { useConnection, type UseConnectionReturn } from "./use-connection.js";
export { useCursors, type UseCursorsOptions, type UseCursorsReturn } from "./use-cursors.svelte.js";
export { type EventName, type EventValue, useEvent } from "./use-event.svelte.js";
export { type Message, useMessages, type UseMessagesOptions, type UseMessagesReturn } from "./use-messages.js";
export { usePresence, type UsePresenceReturn } from "./use-presence.js";
export { useQueue, type UseQueueReturn } from "./use-queue.js";
export { useSharedState, type UseSharedStateReturn } from "./use-shared-state.svelte.js";
export { useTyping, type UseTypingReturn } from "./use-typing.js";

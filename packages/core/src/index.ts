/** The headless realtime client. */
export * from "@attune/protocol";
export type {
  Channel,
  ChannelNotices,
  ChannelStatus,
  GapMarker,
  MessageItem,
  MessagePage,
  RealtimeMessage,
  SignalEntry,
} from "./channel/channel-handle.js";
export { cursors } from "./channel/cursors.js";
export type { Cursor, Cursors, PointerLike } from "./channel/cursors.js";
export { timeline } from "./channel/timeline.js";
export type { PendingMessage, TimelineItem } from "./channel/timeline.js";
export type { ReconnectOptions } from "./connection/backoff.js";
export { connectionBanner } from "./connection/banner.js";
export type { Banner } from "./connection/banner.js";
export type { ConnectionState } from "./connection/connection-state.js";
export type { Auth, AuthRequest } from "./connection/tokens.js";
export type { Capabilities, Driver, Position } from "./driver.js";
export { browserEnvironment } from "./env/environment.js";
export type { Environment, Network, Page, PageState } from "./env/environment.js";
export { initRealtime } from "./init-realtime.js";
export type { InitOptions } from "./init-realtime.js";
export type { Keeper } from "./outbox/keeping.js";
export type { QueueOptions } from "./outbox/queue-options.js";
export type { Ack, OutboxRecord, RecordState } from "./outbox/record.js";
export type { MemberConnection, PresenceMember } from "./presence/member.js";
export type { MyState, PresencePatch } from "./presence/my-state.js";
export { createRealtime } from "./realtime.js";
export type { RealtimeOptions } from "./realtime-options.js";
export type { ChannelPresence, Realtime, Register, RegisteredChannels, ServiceNotices } from "./realtime-service.js";
export { typingText } from "./typing/typing-text.js";

/** What client and server agree on. */
export * from "./channel-name.js";
export * from "./client-frames.js";
export * from "./close-codes.js";
export * from "./decode.js";
export * from "./define-channels.js";
export * from "./environment.js";
export * from "./error-codes.js";
export * from "./errors.js";
export * from "./hints.js";
export type { JsonPatch, PatchOperation } from "./json-patch.js";
export * from "./limits.js";
export * from "./message.js";
export * from "./presence.js";
export * from "./server-frames.js";
export * from "./shared-state.js";
export * from "./validate.js";

/** What keeps the outbox beyond the life of a page: the contract, a storage in memory, and what one of your own needs. */
export type { Keeper } from "./outbox/keeping.js";
export type { OutboxStorage, OutboxStore, StorageHost } from "./outbox/outbox-storage.js";
export type { OutboxRecord } from "./outbox/record.js";
export { fromKept, toKept } from "./storage/kept-record.js";
export type { KeptRecord } from "./storage/kept-record.js";
export { keeper } from "./storage/keeper.js";
export { memoryStorage } from "./storage/memory-storage.js";

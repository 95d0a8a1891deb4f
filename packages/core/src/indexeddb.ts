/** The outbox's storage in the browser's database. */
export { indexedDb } from "./indexeddb/indexed-db.js";
export type { IndexedDbOptions } from "./indexeddb/indexed-db.js";
export type { LocksLike } from "./env/locks.js";

/** What nodes of one process share without a log: who listens, rows of presence, and signals. */
import type { PresenceEntry } from "@attune/protocol";
import type { ChannelListener, RowChange, SignalChange } from "./broker.js";

/** A node beside others in one process. Its rows are under no lease: they cannot outlive it. */
export class LocalNode {
  readonly #all: Set<LocalNode>;
  readonly #listeners = new Map<string, ChannelListener>();
  readonly #rows = new Map<string, Map<string, PresenceEntry>>();

  /** @param all every node of the broker; this one joins them */
  constructor(all: Set<LocalNode>) {
    this.#all = all;
    all.add(this);
  }

  listenerOf(channel: string): ChannelListener | undefined {
    return this.#listeners.get(channel);
  }

  /** The channels that it has opened. */
  channels(): string[] {
    return [...this.#listeners.keys()];
  }

  /** Starts delivery. @returns the rows of the other nodes */
  listen(channel: string, listener: ChannelListener): PresenceEntry[] {
    this.#listeners.set(channel, listener);
    return this.#others().flatMap((node) => [...(node.#rows.get(channel)?.values() ?? [])]);
  }

  close(channel: string): void {
    this.#listeners.delete(channel);
  }

  shareRows(channel: string, change: RowChange): void {
    const rows = this.#rows.get(channel) ?? new Map<string, PresenceEntry>();
    for (const entry of change.set) rows.set(entry.connectionId, entry);
    for (const connectionId of change.removed) rows.delete(connectionId);
    if (rows.size > 0) this.#rows.set(channel, rows);
    else this.#rows.delete(channel);
    for (const node of this.#others()) node.listenerOf(channel)?.rowsChanged(change);
  }

  relaySignals(channel: string, change: SignalChange): void {
    for (const node of this.#others()) node.listenerOf(channel)?.signalled(change);
  }

  leave(): void {
    this.#all.delete(this);
    this.#listeners.clear();
    for (const [channel, rows] of this.#rows) {
      const removed = [...rows.keys()];
      for (const node of this.#all) node.listenerOf(channel)?.rowsChanged({ set: [], removed });
    }
    this.#rows.clear();
  }

  #others(): LocalNode[] {
    return [...this.#all].filter((node) => node !== this);
  }
}

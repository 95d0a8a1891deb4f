/** The chains of all producers as rows, with the results by which repeats are answered. */
import { DEDUPE_RESULTS, type LogPosition } from "@attune/protocol";
import type { AppendResult, ChainLink } from "../broker.js";
import { answerRepeat, type ChainBounds, type ChainResult, judgeLink } from "../chain-link.js";
import type { SqlDatabase, SqlStatement } from "./sql-database.js";

interface ChainRow {
  readonly id: number;
  readonly last: number;
  readonly results: number;
  readonly has_forgotten: number;
  readonly used_ms: number;
}

interface ResultRow {
  readonly epoch: string;
  readonly offset: number;
  readonly id: string;
  readonly timestamp_ms: number;
}

/** Tables `chains` and `results`. */
export class ChainTable {
  readonly #bounds: ChainBounds;
  readonly #find: SqlStatement;
  readonly #create: SqlStatement;
  readonly #update: SqlStatement;
  readonly #addResult: SqlStatement;
  readonly #result: SqlStatement;
  readonly #oldestResult: SqlStatement;
  readonly #dropResult: SqlStatement;
  readonly #leastUsed: SqlStatement;
  readonly #dropChain: SqlStatement;
  readonly #dropResults: SqlStatement;
  readonly #totals: SqlStatement;
  #size = 0;
  /** Counts uses, so that of two in one millisecond the first is known. */
  #uses = 0;

  constructor(database: SqlDatabase, bounds: ChainBounds) {
    this.#bounds = bounds;
    this.#find = database.prepare("SELECT id, last, results, has_forgotten, used_ms FROM chains WHERE name = ?");
    this.#create = database.prepare(
      "INSERT INTO chains (name, last, results, has_forgotten, used, used_ms) VALUES (?, 0, 0, 0, 0, 0)",
    );
    this.#update = database.prepare(
      "UPDATE chains SET last = ?, results = ?, has_forgotten = ?, used = ?, used_ms = ? WHERE id = ?",
    );
    this.#addResult = database.prepare("INSERT INTO results VALUES (?, ?, ?, ?, ?, ?)");
    this.#result = database.prepare(
      "SELECT epoch, offset, id, timestamp_ms FROM results WHERE chain = ? AND sequence = ?",
    );
    this.#oldestResult = database.prepare("SELECT min(sequence) AS sequence FROM results WHERE chain = ?");
    this.#dropResult = database.prepare("DELETE FROM results WHERE chain = ? AND sequence = ?");
    this.#leastUsed = database.prepare("SELECT id, used_ms FROM chains ORDER BY used LIMIT ?");
    this.#dropChain = database.prepare("DELETE FROM chains WHERE id = ?");
    this.#dropResults = database.prepare("DELETE FROM results WHERE chain = ?");
    this.#totals = database.prepare("SELECT count(*) AS size, max(used) AS uses FROM chains");
    this.reload();
  }

  /** Counts anew: after a transaction that came to nothing, what was counted in it is wrong. */
  reload(): void {
    const { size, uses } = this.#totals.get() as { size: number; uses: number | null };
    this.#size = size;
    this.#uses = uses ?? 0;
  }

  /** @returns the answer for a message that must not be appended; `undefined` when it may be, as the next of its chain */
  check(channel: string, link: ChainLink, nowMs: number): AppendResult | undefined {
    const chain = this.#chainOf(channel, link, nowMs);
    const judged = judgeLink(chain?.last ?? 0, link);
    if (judged !== "repeat" || !chain) return judged === "next" || judged === "repeat" ? undefined : judged;
    const row = this.#result.get(chain.id, link.sequence) as ResultRow | undefined;
    const found = row && { sequence: link.sequence, position: positionOf(row), timestampMs: row.timestamp_ms };
    return answerRepeat(link.sequence, found, {
      last: chain.last,
      oldest: this.#oldestOf(chain.id),
      hasForgotten: chain.has_forgotten === 1,
    });
  }

  /** Notes that a message was appended as the next of its chain. */
  record(channel: string, link: ChainLink, result: Omit<ChainResult, "sequence">, nowMs: number): void {
    const chain = this.#chainOf(channel, link, nowMs) ?? this.#newChain(channel, link);
    const isFull = chain.results >= DEDUPE_RESULTS;
    if (isFull) this.#dropResult.run(chain.id, this.#oldestOf(chain.id));
    const { epoch, offset, id } = result.position;
    this.#addResult.run(chain.id, link.sequence, epoch, offset, JSON.stringify(id), result.timestampMs);
    const results = isFull ? chain.results : chain.results + 1;
    this.#update.run(link.sequence, results, isFull ? 1 : chain.has_forgotten, ++this.#uses, nowMs, chain.id);
    if (this.#size > this.#bounds.producers) this.#forgetSome(1, () => true);
  }

  /** Forgets chains whose window is over, some at a time. */
  forgetOld(limit: number, nowMs: number): void {
    this.#forgetSome(limit, (usedMs) => this.#isOver(usedMs, nowMs));
  }

  #chainOf(channel: string, link: ChainLink, nowMs: number): ChainRow | undefined {
    const chain = this.#find.get(producerName(channel, link)) as ChainRow | undefined;
    return chain && !this.#isOver(chain.used_ms, nowMs) ? chain : undefined;
  }

  #newChain(channel: string, link: ChainLink): ChainRow {
    const name = producerName(channel, link);
    const over = this.#find.get(name) as ChainRow | undefined;
    if (over) this.#forget(over.id);
    this.#create.run(name);
    this.#size++;
    return this.#find.get(name) as ChainRow;
  }

  #isOver(usedMs: number, nowMs: number): boolean {
    return nowMs - usedMs > this.#bounds.windowMs;
  }

  #oldestOf(chain: number): number {
    return (this.#oldestResult.get(chain) as { sequence: number | null }).sequence ?? 0;
  }

  #forgetSome(limit: number, isToGo: (usedMs: number) => boolean): void {
    const rows = this.#leastUsed.all(limit) as { id: number; used_ms: number }[];
    for (const { id, used_ms } of rows) {
      if (!isToGo(used_ms)) return;
      this.#forget(id);
    }
  }

  #forget(chain: number): void {
    this.#dropResults.run(chain);
    this.#dropChain.run(chain);
    this.#size--;
  }
}

/** A producer on a channel: JSON keeps apart what any separator would let run together. */
export function producerName(
  channel: string,
  { owner, producer }: { readonly owner: string; readonly producer: string },
): string {
  return JSON.stringify([channel, owner, producer]);
}

function positionOf({ epoch, offset, id }: ResultRow): LogPosition {
  return { epoch, offset, id: JSON.parse(id) as string };
}

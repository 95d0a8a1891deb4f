/** The shared states of all channels as rows, and the result of each producer's last change. */
import type { StateLink, StateResult, StateVersion, StateWrite, StoredState } from "../broker.js";
import type { ChainBounds } from "../chain-link.js";
import { answerStateRepeat, judgeBase, type StateBounds } from "../state-link.js";
import { producerName } from "./chain-table.js";
import type { SqlDatabase, SqlStatement } from "./sql-database.js";

interface ResultRow extends StateVersion {
  readonly sequence: number;
  readonly used_ms: number;
}

/** How many states are looked at for one that may go. */
const LOOK = 100;

/** Tables `states` and `state_results`. */
export class StateTable {
  readonly #bounds: StateBounds;
  readonly #dedupe: ChainBounds;
  readonly #isOpen: (channel: string) => boolean;
  readonly #find: SqlStatement;
  readonly #put: SqlStatement;
  readonly #oldest: SqlStatement;
  readonly #drop: SqlStatement;
  readonly #result: SqlStatement;
  readonly #putResult: SqlStatement;
  readonly #oldResults: SqlStatement;
  readonly #dropResult: SqlStatement;
  readonly #totals: SqlStatement;
  #chars = 0;
  #results = 0;
  /** Counts uses, so that of two in one millisecond the first is known. */
  #uses = 0;

  constructor(database: SqlDatabase, bounds: StateBounds, dedupe: ChainBounds, isOpen: (channel: string) => boolean) {
    this.#bounds = bounds;
    this.#dedupe = dedupe;
    this.#isOpen = isOpen;
    this.#find = database.prepare("SELECT epoch, version, json FROM states WHERE channel = ?");
    this.#put = database.prepare("INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?, ?, ?)");
    this.#oldest = database.prepare(`SELECT channel, chars FROM states ORDER BY used LIMIT ${LOOK} OFFSET ?`);
    this.#drop = database.prepare("DELETE FROM states WHERE channel = ?");
    this.#result = database.prepare(
      "SELECT sequence, epoch, version, used_ms FROM state_results WHERE name = ? AND used_ms >= ?",
    );
    this.#putResult = database.prepare("INSERT OR REPLACE INTO state_results VALUES (?, ?, ?, ?, ?, ?)");
    this.#oldResults = database.prepare("SELECT name, used_ms FROM state_results ORDER BY used LIMIT ?");
    this.#dropResult = database.prepare("DELETE FROM state_results WHERE name = ?");
    this.#totals = database.prepare(`SELECT
      (SELECT total(chars) FROM states) AS chars, (SELECT count(*) FROM state_results) AS results,
      max((SELECT total(used) FROM (SELECT max(used) AS used FROM states)),
        (SELECT total(used) FROM (SELECT max(used) AS used FROM state_results))) AS uses`);
    this.reload();
  }

  /** Counts anew: after a transaction that came to nothing, what was counted in it is wrong. */
  reload(): void {
    const { chars, results, uses } = this.#totals.get() as { chars: number; results: number; uses: number };
    this.#chars = chars;
    this.#results = results;
    this.#uses = uses;
  }

  read(channel: string): StoredState | undefined {
    const row = this.#find.get(channel) as StoredState | undefined;
    return row && { epoch: row.epoch, version: row.version, json: row.json };
  }

  /** The state, begun with `initial` where there is none. */
  begin(channel: string, initial: string, newEpoch: () => string): StoredState {
    const known = this.read(channel);
    if (known) return known;
    const begun = { epoch: newEpoch(), version: 0, json: initial };
    this.#store(channel, begun, 0);
    return begun;
  }

  write(channel: string, { base, json, link }: StateWrite, nowMs: number): StateResult {
    const answer = link && this.recall(channel, link, nowMs);
    if (answer) return answer;
    const now = this.read(channel);
    const conflict = judgeBase(now, base);
    if (conflict) return conflict;
    const at = { epoch: base.epoch, version: base.version + 1 };
    this.#store(channel, { ...at, json }, now?.json.length ?? 0);
    if (link) this.#remember(channel, link, at, nowMs);
    return { outcome: "stored", at, isRepeat: false };
  }

  recall(channel: string, link: StateLink, nowMs: number): StateResult | undefined {
    const row = this.#result.get(producerName(channel, link), nowMs - this.#dedupe.windowMs) as ResultRow | undefined;
    const last = row && { sequence: row.sequence, at: { epoch: row.epoch, version: row.version } };
    return answerStateRepeat(last, link);
  }

  /** Forgets results whose window is over, some at a time. */
  forgetOld(limit: number, nowMs: number): void {
    this.#forgetResults(limit, (usedMs) => nowMs - usedMs > this.#dedupe.windowMs);
  }

  #store(channel: string, { epoch, version, json }: StoredState, charsBefore: number): void {
    this.#put.run(channel, epoch, version, json, json.length, ++this.#uses);
    this.#chars += json.length - charsBefore;
    for (let skip = 0; this.#chars > this.#bounds.chars; ) {
      const rows = this.#oldest.all(skip) as { channel: string; chars: number }[];
      if (rows.length === 0) return;
      for (const row of rows) {
        // One that somebody is on cannot go: their next change would find nothing to change.
        const mayGo = this.#chars > this.#bounds.chars && row.channel !== channel && !this.#isOpen(row.channel);
        if (mayGo) {
          this.#drop.run(row.channel);
          this.#chars -= row.chars;
        } else {
          skip++;
        }
      }
    }
  }

  #remember(channel: string, link: StateLink, at: StateVersion, nowMs: number): void {
    const name = producerName(channel, link);
    if (!this.#result.get(name, 0)) this.#results++;
    this.#putResult.run(name, link.sequence, at.epoch, at.version, ++this.#uses, nowMs);
    if (this.#results > this.#dedupe.producers) this.#forgetResults(1, () => true);
  }

  #forgetResults(limit: number, isToGo: (usedMs: number) => boolean): void {
    for (const { name, used_ms } of this.#oldResults.all(limit) as { name: string; used_ms: number }[]) {
      if (!isToGo(used_ms)) return;
      this.#dropResult.run(name);
      this.#results--;
    }
  }
}

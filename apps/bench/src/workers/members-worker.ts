/** The process with all members of the cursor room: moves every cursor and times those that are seen. */
import { connectMember, type Member } from "../cursors/connect-member.js";
import { inBatches } from "../in-batches.js";
import { nowMs } from "../now.js";
import { type Percentiles, Samples } from "../samples.js";
import { MOVES_PER_SECOND, type System } from "../servers/bench-server.js";

/** The room, and who of it is looked at. */
export interface MembersChoice {
  readonly system: System;
  readonly port: number;
  readonly count: number;
  /** How many members look at what they are sent. */
  readonly watching: number;
}

const latencies = new Samples();
let members: Member[] = [];
let moves = 0;

function startMoving(member: Member, index: number): void {
  const everyMs = 1_000 / MOVES_PER_SECOND;
  // People do not move in step.
  const startMs = (index / members.length) * everyMs;
  const move = () => {
    moves++;
    member.move({ x: Math.round(Math.random() * 1_000), y: Math.round(Math.random() * 1_000), t: nowMs() });
  };
  setTimeout(() => setInterval(move, everyMs), startMs);
}

export const handlers = {
  async connect({ system, port, count, watching }: MembersChoice): Promise<void> {
    const seen = ({ t }: { readonly t: number }) => latencies.add(nowMs() - t);
    members = await inBatches(count, (index) =>
      connectMember(system, port, `m${index}`, index < watching ? seen : undefined),
    );
  },
  begin(): void {
    for (const [index, member] of members.entries()) startMoving(member, index);
  },
  reset(): void {
    latencies.reset();
    moves = 0;
  },
  measured(): { latency: Percentiles; moves: number; cpuUs: number } {
    const { user, system } = process.cpuUsage();
    return { latency: latencies.percentiles(), moves, cpuUs: user + system };
  },
};

/** Puts a run into words. */
import { SUBSCRIBERS } from "../fan-out/fan-out.js";
import { MEMBERS } from "../presence/cast.js";
import type { BenchResult } from "./result.js";
import { table } from "./table.js";

/** What systems are called. */
const NAMES: Readonly<Record<string, string>> = { attune: "Attune", socketio: "Socket.IO", ws: "ws" };

const nameOf = (system: string) => NAMES[system] ?? system;

/** The whole run as Markdown. */
export function toMarkdown(result: BenchResult): string {
  return [
    machineText(result),
    sizesText(result),
    fanOutText(result),
    latencyText(result),
    cursorsText(result),
    presenceText(result),
    targetsText(result),
    ...result.errors.map((error) => `Failed: ${error}`),
  ]
    .filter((text) => text !== "")
    .join("\n\n");
}

function machineText({ machine, command }: BenchResult): string {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const place = `${machine.cpu}, ${machine.cores} cores, ${machine.system}, Node ${machine.node}, load ${machine.load}`;
  return `${machine.date.slice(0, 10)}, ${place}; ${versions.join(", ")}: \`${command}\`.`;
}

function sizesText({ sizes }: BenchResult): string {
  if (!sizes) return "";
  const rows = sizes.map(({ name, version, bytes, error }) => [name, version, bytes ?? error ?? null]);
  return `### Size of an import (brotli)\n\n${table(["import", "version", "bytes"], rows)}`;
}

function fanOutText({ fanOut }: BenchResult): string {
  if (!fanOut) return "";
  const headers = [
    "in flight",
    "system",
    "server CPU µs/delivery",
    "p50 ms",
    "p99 ms",
    "deliveries/s",
    "lost",
    "doubled",
    "reordered",
  ];
  const rows = fanOut.rows.map((row) => [
    row.inFlight,
    nameOf(row.system),
    row.cpuUsPerDelivery,
    row.p50Ms,
    row.p99Ms,
    row.deliveriesPerSecond,
    row.lost,
    row.doubled,
    row.reordered,
  ]);
  const ratios = fanOut.ratios.map(({ inFlight, cpu, p99 }) => [inFlight, cpu, p99]);
  return [
    `### Fan-out: one 100-byte message to ${SUBSCRIBERS} subscribers`,
    table(headers, rows),
    "Attune over plain Socket.IO:",
    table(["in flight", "server CPU", "p99"], ratios),
  ].join("\n\n");
}

function latencyText({ latency }: BenchResult): string {
  if (!latency) return "";
  const rows = latency.map(({ system, messages, p50Ms, p99Ms }) => [nameOf(system), messages, p50Ms, p99Ms]);
  const [ours, plain] = latency;
  const ratio = ours && plain ? `Attune over plain Socket.IO: p50 ${(ours.p50Ms / plain.p50Ms).toFixed(2)}.` : "";
  return `### Idle latency: one message from client to client\n\n${table(["system", "messages", "p50 ms", "p99 ms"], rows)}\n\n${ratio}`;
}

function cursorsText({ cursors }: BenchResult): string {
  if (!cursors) return "";
  const headers = ["members", "system", "server CPU %", "p50 ms", "p99 ms", "cursors seen/s", "moves made"];
  const rows = cursors.map((row) => [
    row.members,
    nameOf(row.system),
    row.serverCpuPercent,
    row.p50Ms,
    row.p99Ms,
    row.seenPerSecond,
    row.movesMade,
  ]);
  return `### Cursors: everybody moves one, 20 times a second\n\n${table(headers, rows)}\n\n– : no answer within 2 s.`;
}

function presenceText({ presence }: BenchResult): string {
  if (!presence) return "";
  const newcomers = presence.map(({ system, newcomers: { entry, shown, bytes, missed } }) => {
    return [nameOf(system), entry.p50, entry.max, shown, bytes.down, bytes.up, missed];
  });
  const seen = presence.flatMap(({ system, newcomers: { joinSeen, leaveSeen } }) =>
    Object.entries({ join: joinSeen, leave: leaveSeen }).map(([news, { byWatchers, byCrowd }]) => {
      return [nameOf(system), news, byWatchers.p50, byWatchers.p99, byWatchers.max, byCrowd.p99];
    }),
  );
  const flaps = presence.map(({ system, flaps: { flaps: count, longestAwayMs, told } }) => {
    return [nameOf(system), count, longestAwayMs, told.join, told.leave, told.update];
  });
  const gone = presence.flatMap(({ system, killed, silent }) =>
    Object.entries({ killed, silent }).map(([how, { clients, p50Ms, maxMs, ghosts, forGood }]) => {
      return [nameOf(system), `${clients} ${how}`, p50Ms, maxMs, ghosts, forGood];
    }),
  );
  return [
    `### Presence: a channel with ${MEMBERS} members`,
    "A newcomer enters, then leaves, and the others see it:",
    table(["system", "entry p50 ms", "max ms", "members shown", "bytes down", "up", "not told"], newcomers),
    table(["system", "seen", "p50 ms", "p99 ms", "max ms", "crowd p99 ms"], seen),
    "Connections reset, back within seconds, and what anybody was told of it:",
    table(["system", "flaps", "longest away ms", "joins", "leaves", "updates"], flaps),
    "Clients gone without a word, until the others showed it:",
    table(["system", "gone", "p50 ms", "max ms", "ghosts at 15 s", "for good"], gone),
  ].join("\n\n");
}

function targetsText({ targets }: BenchResult): string {
  if (targets.length === 0) return "";
  const rows = targets.map(({ name, value, limit, holds }) => [name, value, limit, holds ? "yes" : "NO"]);
  return `Promises:\n\n${table(["at most", "measured", "promised", "holds"], rows)}`;
}

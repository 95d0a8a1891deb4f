/** Puts a soak into words. Pure. */
import { type Cell, table } from "../../report/table.js";
import type { SoakResult } from "../run-chapters.js";
import { SYSTEMS } from "../system.js";
import type { SoakRow } from "../verdict/row.js";

type Column = readonly [header: string, cell: (row: SoakRow) => Cell];

const COUNTS: readonly Column[] = [
  ["seed", ({ seed }) => seed],
  ["system", ({ system }) => SYSTEMS[system].title],
  ["published", ({ verdict }) => verdict.published],
  ["lost", ({ verdict }) => verdict.lost],
  ["lost %", ({ lostPercent }) => lostPercent],
  ["acked but lost", ({ verdict }) => verdict.ackedLost],
  ["doubled", ({ verdict }) => verdict.doubled],
  ["reordered", ({ verdict }) => verdict.reordered],
  ["unsettled", ({ verdict }) => verdict.unsettled],
  ["died with publisher", ({ died }) => died],
  ["acked %", ({ ackedPercent }) => ackedPercent],
  ["rejected", ({ rejected }) => textOf(rejected)],
  ["gaps", ({ verdict }) => verdict.gaps],
  ["false gaps", ({ system, falseGaps }) => (SYSTEMS[system].isOurs ? falseGaps : null)],
  ["ghosts, flickers, differing", ({ system, plan, verdict }) => presence(system, plan, verdict)],
];

const TIMES: readonly Column[] = [
  ["seed", ({ seed }) => seed],
  ["system", ({ system }) => SYSTEMS[system].title],
  ["connection faults", ({ faults }) => faults.lines],
  ["kills", ({ faults }) => faults.kills],
  ["drains", ({ faults }) => faults.drains],
  ["reconnects", ({ reconnects }) => reconnects],
  ["ack p50 / p99 ms", ({ latencies }) => pair(latencies.ack)],
  ["delivery p50 / p99 ms", ({ latencies }) => pair(latencies.delivery)],
  ["while healthy: ack", ({ latencies }) => pair(latencies.healthyAck)],
  ["delivery", ({ latencies }) => pair(latencies.healthyDelivery)],
  ["drain ms", ({ drainMs }) => Math.round(drainMs)],
  ["told the app", ({ system, told }) => (SYSTEMS[system].isOurs ? told.length : null)],
  ["heap slope MB/h", ({ heapSlope }) => (heapSlope === undefined ? null : heapSlope / 1e6)],
  [
    "server heap MB",
    ({ serverHeap }) => (serverHeap ? serverHeap.map((bytes) => (bytes / 1e6).toFixed(1)).join(" - ") : "–"),
  ],
];

/** The whole soak as Markdown, the verdict last. */
export function toMarkdown({ machine, command, chapters, promises, failures }: SoakResult): string {
  const place = `${machine.cpu}, ${machine.cores} cores, ${machine.system}, Node ${machine.node}, load ${machine.load}`;
  const parts = [
    `${machine.date.slice(0, 10)}, ${place}, socket.io ${machine.versions["socket.io"]}: \`${command}\`.`,
    ...chapters.flatMap(({ title, rows }) => [
      `### ${title}`,
      tableOf(COUNTS, rows),
      tableOf(TIMES, rows),
      kindsOf(rows),
    ]),
    "### Promises",
    table(
      ["", "measured", "", "promised", "holds"],
      promises.map(({ name, value, limit, isAtLeast, holds }) => [
        name,
        value,
        isAtLeast ? "at least" : "at most",
        limit,
        holds ? "yes" : "NO",
      ]),
    ),
    "### Verdict",
    ...(failures.length === 0
      ? ["Nothing lost, nothing twice, nothing out of order, nobody shown who was gone: no violation."]
      : failures.map(
          ({ what, repeat, folder }) => `VIOLATION: ${what}\n\nagain: \`${repeat}\`; its history: ${folder}`,
        )),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function tableOf(columns: readonly Column[], rows: readonly SoakRow[]): string {
  return table(
    columns.map(([header]) => header),
    rows.map((row) => columns.map(([, cell]) => cell(row))),
  );
}

/** Which faults there were, of the first row: the others had the same. */
function kindsOf([row]: readonly SoakRow[]): string {
  return row ? `Struck in the first row: ${textOf(row.faults.byKind)}.` : "";
}

function textOf(counts: Readonly<Record<string, number>>): string {
  const texts = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  return texts.length === 0 ? "–" : texts.join(", ");
}

function presence(
  system: SoakRow["system"],
  plan: SoakRow["plan"],
  { ghosts, flickers, unconverged }: SoakRow["verdict"],
): string {
  return SYSTEMS[system].isOurs && plan === "everything" ? `${ghosts}, ${flickers}, ${unconverged}` : "–";
}

function pair({ p50Ms, p99Ms }: { readonly p50Ms: number; readonly p99Ms: number }): string {
  return Number.isNaN(p50Ms) ? "–" : `${p50Ms.toFixed(1)} / ${p99Ms.toFixed(0)}`;
}

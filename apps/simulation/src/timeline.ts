/** Runs one seed again, and writes down all that happens. */
import { runSchedule } from "./run-schedule.js";
import { makeSchedule } from "./schedule/make-schedule.js";

/** A run as text: who, when, what; then the history that was judged, and the verdict. */
export async function timelineOf(seed: number): Promise<string> {
  const { users, server } = makeSchedule(seed);
  const lines = [`seed ${seed}: clients ${users.join(", ")}, server ${JSON.stringify(server)}`];
  const { history, violations } = await runSchedule(seed, (atMs, who, what) => {
    lines.push(`${String(Math.round(atMs)).padStart(6)} ${who.padEnd(7)} ${what}`);
  });
  lines.push("", "What the checker was given:", ...history.map((event) => JSON.stringify(event)), "");
  for (const { promise, how } of violations) lines.push(`${promise}: ${how}`);
  return `${lines.join("\n")}\n`;
}

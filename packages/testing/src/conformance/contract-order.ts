/** Judges in which order a driver said things: the rules that hold at any time, whatever a case is about. */
import type { Capabilities } from "@attune/core/driver";
import { parseChannel } from "@attune/protocol";
import type { Said } from "./tapped-driver.js";

type Phase = "opening" | "open" | "closed";
type Join = "none" | "attached" | "live";

const hasPresence = (channel: string): boolean => parseChannel(channel)?.kind === "presence";

/** What a driver did wrong, in words; empty when nothing. */
export function brokenRules(said: readonly Said[], { reconnect }: Capabilities): readonly string[] {
  const broken: string[] = [];
  const phases = new Map<number, Phase>();
  const joins = new Map<string, Join>();

  for (const each of said) {
    const { connection } = each;
    const phase = phases.get(connection) ?? "opening";
    if (each.what === "closed") {
      if (phase === "closed" && reconnect === "core") broken.push("closed() came twice.");
      phases.set(connection, "closed");
      joins.clear();
    } else if (each.what === "opened") {
      if (phase === "open") broken.push("opened() came twice.");
      if (phase === "closed" && reconnect === "core") broken.push("opened() came after closed().");
      phases.set(connection, "open");
    } else if (phase !== "open") {
      broken.push(`${each.what}() came ${phase === "opening" ? "before opened()" : "after closed()"}.`);
    } else judgeJoin(each.what, each.channel);
  }

  function judgeJoin(what: Said["what"], channel: string): void {
    const join = joins.get(channel) ?? "none";
    if (what === "attached") joins.set(channel, "attached");
    else if (what === "detached") joins.delete(channel);
    else if (what === "live") {
      if (join !== "attached")
        broken.push(`live("${channel}") came ${join === "live" ? "twice" : "before attached()"}.`);
      joins.set(channel, "live");
    } else if (what === "presence" && !hasPresence(channel)) {
      // Core finds no snapshot that it belongs to, and joins anew: a false gap, or a join every second.
      broken.push(`presence("${channel}") came, though the channel has none.`);
    } else if (join === "none") broken.push(`${what}("${channel}") came before attached().`);
  }
  return [...new Set(broken)];
}

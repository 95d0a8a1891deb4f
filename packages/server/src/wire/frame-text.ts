/** Builds the frames of a fan-out by joining JSON texts that were made once, when each part came in. */
import type { EncodedFrame } from "./encoded-frame.js";

/** JSON text of a value, made once and joined into many frames. */
export type Json = string;

/** `msg`: one flush of the log. */
export function messagesFrame(channel: Json, epoch: Json, messages: readonly Json[]): EncodedFrame {
  return { text: `{"t":"msg","c":${channel},"e":${epoch},"m":[${messages.join()}]}` };
}

/** `delta`: one flush of the shared state. */
export function deltaFrame(channel: Json, epoch: Json, changes: readonly Json[]): EncodedFrame {
  return { text: `{"t":"delta","c":${channel},"e":${epoch},"m":[${changes.join()}]}` };
}

/** What a `pres` frame is made of. */
export interface PresenceParts {
  readonly from: number;
  readonly revision: number;
  readonly set: readonly Json[];
  readonly removed: readonly string[];
}

/** `pres`: one step of the presence map. */
export function presenceFrame(
  channel: Json,
  epoch: Json,
  { from, revision, set, removed }: PresenceParts,
): EncodedFrame {
  const del = JSON.stringify(removed);
  return {
    text: `{"t":"pres","c":${channel},"e":${epoch},"f":${from},"rev":${revision},"set":[${set.join()}],"del":${del}}`,
  };
}

/** `sig`: the latest values by name, and the connections whose signals are over. */
export function signalsFrame(
  channel: Json,
  byName: ReadonlyMap<string, ReadonlyMap<string, Json>>,
  gone: ReadonlySet<string>,
): EncodedFrame {
  const names: string[] = [];
  for (const [name, values] of byName) {
    if (values.size > 0) names.push(`${JSON.stringify(name)}:[${[...values.values()].join()}]`);
  }
  const x = gone.size > 0 ? `,"x":${JSON.stringify([...gone])}` : "";
  return { text: `{"t":"sig","c":${channel},"m":{${names.join()}}${x}}` };
}

/** A `joined` or `chunk` frame: its head, an open JSON object without the brace that closes it, and the pieces. */
export function backfillFrame(
  head: Json,
  messages: readonly Json[],
  rows: readonly Json[],
  more: boolean,
): EncodedFrame {
  return { text: `${head},"m":[${messages.join()}],"p":[${rows.join()}],"more":${more}}` };
}

/** An object's JSON without its closing brace, so that more can follow. */
export function openJson(value: Readonly<Record<string, unknown>>): Json {
  return JSON.stringify(value).slice(0, -1);
}

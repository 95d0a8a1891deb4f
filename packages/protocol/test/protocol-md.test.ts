import { readFileSync } from "node:fs";
import {
  CLOSE_CODES,
  decodeClientFrame,
  decodeServerFrame,
  DEDUPE_RESULTS,
  DEFAULT_LIMITS,
  isErrorCode,
  MAX_CHUNK_CHARS,
  MAX_DEPTH,
  MAX_PATCH_OPERATIONS,
  PROTOCOL_VERSION,
} from "@attune/protocol";
import { describe, expect, test } from "vitest";

const text = readFileSync(new URL("../../../PROTOCOL.md", import.meta.url), "utf8");
const examples = [...text.matchAll(/```json (client|server)\n([\s\S]*?)```/g)].map(([, from, json]) => ({
  from,
  json: json ?? "",
}));

const CLIENT_FRAMES = [
  "hello",
  "auth",
  "sub",
  "unsub",
  "more",
  "pub",
  "sig",
  "state",
  "patch",
  "hist",
  "ping",
  "pong",
  "vis",
  "bye",
];
const SERVER_FRAMES = [
  "welcome",
  "authed",
  "joined",
  "chunk",
  "fail",
  "closed",
  "msg",
  "ack",
  "nack",
  "delta",
  "patched",
  "sig",
  "pres",
  "page",
  "pong",
  "ping",
  "bye",
];

describe("PROTOCOL.md", () => {
  test.each(examples)("has an example from the $from that is a frame: $json", ({ from, json }) => {
    const value: unknown = JSON.parse(json);
    const decode = from === "client" ? decodeClientFrame : decodeServerFrame;
    expect(decode(value)).toBe(value);
  });

  test.each([
    ["client", CLIENT_FRAMES, decodeClientFrame],
    ["server", SERVER_FRAMES, decodeServerFrame],
  ] as const)("shows every frame of the %s, and knows every one there is", (from, frames, decode) => {
    const shown = examples
      .filter((example) => example.from === from)
      .map(({ json }) => (JSON.parse(json) as { t: string }).t);
    expect(new Set(shown)).toEqual(new Set(frames));
    expect(decode({ t: "unheard-of" })).toBeUndefined();
  });

  test("lists every close code with its error", () => {
    const rows = [...text.matchAll(/^\| (4\d{3}) \| `([\w-]+)` \|/gm)].map(([, code, error]) => [Number(code), error]);
    expect(Object.fromEntries(rows)).toEqual(CLOSE_CODES);
  });

  test("names only error codes that there are", () => {
    const codes = examples
      .map(({ json }) => (JSON.parse(json) as { code?: unknown }).code)
      .filter((code) => typeof code === "string");
    expect(codes.length).toBeGreaterThan(2);
    for (const code of codes) expect(isErrorCode(code)).toBe(true);
  });

  test("states the numbers of the code", () => {
    expect(text).toContain(`version ${PROTOCOL_VERSION}`);
    expect(text).toContain(`at most ${MAX_CHUNK_CHARS.toLocaleString("en")}`);
    expect(text).toContain(`the last ${DEDUPE_RESULTS} results`);
    expect(text).toContain(`at most ${MAX_PATCH_OPERATIONS.toLocaleString("en")} operations`);
    expect(text).toContain(`depth (${MAX_DEPTH})`);
    expect(text.replace(/\s+/g, " ")).toContain(
      JSON.stringify(DEFAULT_LIMITS)
        .replace(/([{:,])/g, "$1 ")
        .replace("}", " }"),
    );
  });
});

/** Proves that each import rule can fail, and that what the house style allows passes. */
import { beforeAll, expect, test } from "vitest";
import { withFixture, runIn } from "./fixture.ts";

type Case = [file: string, text: string, rule?: string];

const value = (from: string): string => `import { a } from "${from}";\nexport const b = a;\n`;
const type = (from: string): string => `import type { A } from "${from}";\nexport type B = A;\n`;

const allowed: Case[] = [
  ["core/src/protocol-user.ts", value("@attune/protocol")],
  ["core/src/atoms.ts", value("nanostores")],
  ["core/src/presence/upper-lane.ts", value("../env/clock.js")],
  ["core/src/indexeddb/idb-user.ts", value("idb")],
  ["core/src/indexeddb/upper-lane.ts", value("../storage/keeper.js")],
  ["core/src/channel/upper-lane.ts", value("../typing/typing.js")],
  ["socketio/src/wire-user.ts", value("@attune/core/wire")],
  ["socketio/src/contract-user.ts", type("@attune/core/driver")],
  ["socketio/src/protocol-user.ts", value("@attune/protocol")],
  ["socketio/src/sdk-user.ts", value("socket.io-client")],
  ["vue/src/core-user.ts", value("@attune/core")],
  ["vue/src/framework-user.ts", value("vue")],
  ["svelte/src/framework-user.ts", value("svelte")],
  ["server/src/node-user.ts", value("node:http")],
  ["testing/src/server-user.ts", value("@attune/server")],
];

const forbidden: Case[] = [
  ["protocol/src/a.ts", value("@attune/core"), "protocol-imports"],
  ["core/src/a.ts", value("@attune/server"), "core-imports"],
  ["core/src/b.ts", type("@attune/server"), "core-imports"],
  ["core/src/c.ts", value("@attune/testing"), "core-imports"],
  ["socketio/src/a.ts", value("@attune/server"), "socketio-imports"],
  ["vue/src/a.ts", value("@attune/protocol"), "vue-imports"],
  ["svelte/src/a.ts", value("@attune/vue"), "svelte-imports"],
  ["server/src/a.ts", value("@attune/core"), "server-imports"],
  ["testing/src/a.ts", value("@attune/vue"), "testing-imports"],
  ["vue/src/b.ts", value("nanostores"), "vue-npm"],
  ["core/src/d.ts", value("lodash"), "core-npm"],
  ["core/src/e.ts", value("not-installed"), "core-npm"],
  ["socketio/src/b.ts", value("@attune/core"), "driver-takes-the-contract-only"],
  ["socketio/src/c.ts", value("@attune/core/driver"), "driver-contract-is-types"],
  ["vue/src/c.ts", value("../../core/src/index.js"), "public-entries-only"],
  ["vue/src/d.ts", value("@attune/core/src/driver.js"), "no-deep-paths"],
  ["core/src/f.ts", value("node:fs"), "no-node-in-the-browser"],
  ["core/src/g.ts", value("./realtime.js"), "core-imports-no-composition-root"],
  ["core/src/h.ts", value("./index.js"), "no-entry-from-inside"],
  ["core/src/presence/a.ts", value("../typing/typing.js"), "core-lane-presence"],
  ["core/src/connection/a.ts", value("../typing/typing.js"), "core-lane-connection"],
  ["core/src/outbox/a.ts", value("../channel/channel.js"), "core-lane-outbox"],
  ["core/src/j.ts", value("idb"), "idb-in-indexeddb-only"],
  ["core/src/storage/a.ts", value("idb"), "idb-in-indexeddb-only"],
  ["core/src/k.ts", value("./storage/keeper.js"), "keeping-is-an-entry-of-its-own"],
  ["core/src/typing/policy.ts", value("../env/clock.js"), "pure-files-stay-pure"],
  ["core/src/connection/machine.ts", value("nanostores"), "pure-files-stay-pure"],
  ["server/src/core/a.ts", value("socket.io"), "server-core-knows-no-socket"],
  ["server/src/core.ts", value("node:http"), "server-core-knows-no-socket"],
  ["core/src/i.ts", value("./nowhere.js"), "resolvable"],
  ["core/src/cycle-1.ts", value("./cycle-2.js"), "no-cycles"],
];

const entries = ["protocol/src/index", "core/src/index", "core/src/driver", "core/src/wire", "server/src/index"];
const others = [
  "testing/src/index",
  "vue/src/index",
  "core/src/realtime",
  "core/src/env/clock",
  "core/src/typing/typing",
  "core/src/channel/channel",
  "core/src/storage/keeper",
];
const modules = ["nanostores", "idb", "vue", "svelte", "socket.io-client", "socket.io", "lodash"];

/** Names of the rules that each file's imports break. */
const broken = new Map<string, string[]>();

beforeAll(() => {
  const manifest = JSON.stringify({ dependencies: Object.fromEntries(modules.map((name) => [name, "1.0.0"])) });
  const files: Record<string, string> = { "package.json": manifest };
  for (const name of [...entries, ...others])
    files[`packages/${name}.ts`] = "export const a = 1;\nexport type A = 1;\n";
  for (const name of modules) files[`node_modules/${name}/package.json`] = `{ "name": "${name}", "main": "index.js" }`;
  for (const name of modules) files[`node_modules/${name}/index.js`] = "export const a = 1;\n";
  files["packages/core/src/cycle-2.ts"] = value("./cycle-1.js");
  for (const [file, text] of [...allowed, ...forbidden]) files[`packages/${file}`] = text;

  const copied = ["tsconfig.base.json", "tools/dependency-cruiser.mjs", "tools/tsconfig.deps.json"];
  const args = ["--config", "tools/dependency-cruiser.mjs", "--output-type", "json", "packages"];
  const bin = "dependency-cruiser/bin/dependency-cruise.mjs";
  const { output } = withFixture(copied, files, (folder) => runIn(folder, bin, args));
  const { summary } = JSON.parse(output) as { summary: { violations: { from: string; rule: { name: string } }[] } };
  for (const { from, rule } of summary.violations) broken.set(from, [...(broken.get(from) ?? []), rule.name]);
});

function importOf(text: string): string {
  return text.split("\n")[0] ?? "";
}

test.each(allowed.map(([file, text]) => [file, importOf(text)]))("%s may: %s", (file) => {
  expect(broken.get(`packages/${file}`) ?? []).toEqual([]);
});

test.each(forbidden.map(([file, text, rule]) => [file, importOf(text), rule]))("%s may not: %s", (file, _, rule) => {
  expect(broken.get(`packages/${file}`)).toContain(rule);
});

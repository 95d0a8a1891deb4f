/** Who may import whom. tools/test/deps.test.ts proves that each rule can fail. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** Packages of the workspace that each package may import, besides itself. Nobody but tests imports testing. */
const mayImport = {
  protocol: [],
  core: ["protocol"],
  socketio: ["protocol", "core"],
  supabase: ["protocol", "core"],
  vue: ["core"],
  svelte: ["core"],
  server: ["protocol"],
  testing: ["protocol", "core", "server"],
};

/** Packages from npm that each may import as values or types; `node:` modules are ruled on below. */
const mayUse = {
  protocol: ["@standard-schema/spec"],
  // idb is for one entry point: see the rule "idb-in-indexeddb-only".
  core: ["idb", "immer", "nanostores"],
  socketio: ["socket.io-client"],
  supabase: ["nanostores"],
  vue: ["vue"],
  svelte: ["svelte"],
  server: ["immer", "libsql", "socket.io", "ws"],
  testing: ["vitest", "socket.io", "socket.io-client", "ws"],
};

/**
 * Core in lanes, the lowest first: a folder may import lanes before its own, and files of its own folder. A channel
 * puts presence, typing and outbox together; those three never import one another.
 */
const lanes = [
  ["env"],
  ["connection"],
  ["presence", "typing", "outbox"],
  ["channel"],
  ["state", "tabs", "storage"],
  ["indexeddb"],
];

const escape = (name) => name.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
const oneOf = (names) => `(${names.map(escape).join("|")})`;
const sourceOf = (name) => `^packages/${name}/src/`;
const names = Object.keys(mayImport);

const packageRules = names.map((name) => ({
  name: `${name}-imports`,
  severity: "error",
  comment:
    mayImport[name].length === 0
      ? `${name} stands at the bottom: were it to import another package, nothing could be built on it alone.`
      : `${name} may import ${mayImport[name].join(", ")} only, so that it can be used, and changed, without the rest.`,
  from: { path: sourceOf(name) },
  to: { path: "^(packages|apps)/", pathNot: `^packages/${oneOf([name, ...mayImport[name]])}/` },
}));

const npmRules = names.map((name) => ({
  name: `${name}-npm`,
  severity: "error",
  comment: `${name} may use ${mayUse[name].join(", ")} from npm and nothing else: each further package is a cost to everybody who installs it.`,
  from: { path: sourceOf(name) },
  to: {
    dependencyTypes: [
      "npm",
      "npm-dev",
      "npm-peer",
      "npm-optional",
      "npm-no-pkg",
      "npm-unknown",
      "unknown",
      "undetermined",
    ],
    pathNot: [`(^|node_modules/)${oneOf(mayUse[name])}(/|$)`, "^packages/", "^node:"],
  },
}));

const laneRules = lanes.flatMap((lane, level) =>
  lane.map((folder) => {
    const allowed = [folder, ...lanes.slice(0, level).flat()];
    return {
      name: `core-lane-${folder}`,
      severity: "error",
      comment: `core/${folder} may import the lanes below it and files outside lanes: an import of a lane above, or of a neighbour, ties parts together that are tested and left out one by one.`,
      from: { path: `^packages/core/src/${folder}/` },
      to: { path: `^packages/core/src/${oneOf(lanes.flat())}/`, pathNot: `^packages/core/src/${oneOf(allowed)}/` },
    };
  }),
);

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...packageRules,
    ...npmRules,
    ...laneRules,
    {
      name: "public-entries-only",
      severity: "error",
      comment:
        "Packages and apps reach one another by name only: a relative path into a neighbour would not survive publishing.",
      from: { path: "^(packages|apps)/([^/]+)/" },
      to: {
        path: "^(packages|apps)/",
        pathNot: "^$1/$2/",
        // "undetermined" is a workspace package by its name, found through its link in node_modules.
        dependencyTypesNot: ["aliased", "aliased-workspace", "aliased-tsconfig", "undetermined"],
      },
    },
    {
      name: "no-deep-paths",
      severity: "error",
      comment:
        "Only what `exports` lists is public: a path into another package's src/ or dist/ makes its insides a contract.",
      from: { path: "^(packages|apps)/" },
      to: { path: "^@attune(-demo)?/[^/]+/(src|dist)(/|$)" },
    },
    {
      name: "no-cycles",
      severity: "error",
      comment: "Of two files that import each other neither can be read, tested or moved alone.",
      from: { path: "^(packages|apps)/" },
      to: { circular: true },
    },
    {
      name: "core-imports-no-composition-root",
      severity: "error",
      comment:
        "realtime.ts is the only file that knows every other; a file that imported it would know every other as well. init-realtime.ts decides whether to make one.",
      from: { path: "^packages/core/src/", pathNot: "^packages/core/src/(index|realtime|init-realtime)\\.ts$" },
      to: { path: "^packages/core/src/realtime\\.ts$" },
    },
    {
      name: "no-entry-from-inside",
      severity: "error",
      comment: "Inside a package import the file that holds it, not the package's own entry: that way lie cycles.",
      from: { path: "^packages/([^/]+)/src/" },
      to: { path: "^packages/$1/src/index\\.ts$" },
    },
    {
      name: "pure-files-stay-pure",
      severity: "error",
      comment:
        "Pure files take values in and give values out: with env or an atom inside they could not be tested without a world.",
      from: {
        path: "^packages/(core|server)/src/.*(machine|reducer|policy|backoff|rate-limiter|translate|permissions)\\.ts$",
      },
      to: {
        path: ["^packages/[^/]+/src/env", "node_modules/nanostores", "^nanostores$"],
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "keeping-is-an-entry-of-its-own",
      severity: "error",
      comment:
        "Who keeps no outbox does not pay for it: what keeps one is reached through @attune/core/indexeddb and @attune/core/storage only.",
      from: { path: "^packages/core/src/", pathNot: "^packages/core/src/(indexeddb|storage)(/|\\.ts$)" },
      to: { path: "^packages/core/src/(indexeddb|storage)(/|\\.ts$)" },
    },
    {
      name: "idb-in-indexeddb-only",
      severity: "error",
      comment: "A storage in memory, or one of the app's own, needs no database.",
      from: { path: "^packages/core/src/", pathNot: "^packages/core/src/indexeddb/" },
      to: { path: "(^|node_modules/)idb(/|$)" },
    },
    {
      name: "no-node-in-the-browser",
      severity: "error",
      comment:
        "protocol, core, drivers and bindings run in browsers: a `node:` module would break the page that bundles them.",
      from: { path: `^packages/${oneOf(["protocol", "core", "socketio", "supabase", "vue", "svelte"])}/src/` },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "server-core-knows-no-socket",
      severity: "error",
      comment:
        "@attune/server/core is frames in, frames out: it must run under one virtual clock over a simulated network.",
      from: { path: "^packages/server/src/core(/|\\.ts$)" },
      to: {
        dependencyTypes: ["core", "npm", "npm-dev", "npm-peer", "npm-optional", "npm-no-pkg"],
        pathNot: "^packages/",
      },
    },
    {
      name: "driver-takes-the-contract-only",
      severity: "error",
      comment:
        "A driver knows core's contract (types of @attune/core/driver) and our own wire (@attune/core/wire), never core's inside. A source of table rows is no driver: it stands beside core, as an app does.",
      from: { path: "^packages/(socketio|supabase)/src/", pathNot: "^packages/supabase/src/postgres-changes\\.ts$" },
      to: { path: "^packages/core/src/", pathNot: "^packages/core/src/(driver|wire)\\.ts$" },
    },
    {
      name: "driver-contract-is-types",
      severity: "error",
      comment:
        "@attune/core/driver is a contract: a driver takes its types (`import type`), so that it carries nothing of core with it.",
      from: { path: "^packages/(socketio|supabase)/src/" },
      to: { path: "^packages/core/src/driver\\.ts$", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "resolvable",
      severity: "error",
      comment: "An import that leads nowhere cannot be judged by the rules above.",
      from: { path: "^packages/[^/]+/src/" },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: join(here, "tsconfig.deps.json") },
    exclude: { path: "(^|/)(dist|build|\\.svelte-kit|coverage)/" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "default"],
      extensions: [".ts", ".mts", ".js", ".mjs", ".svelte", ".vue", ".d.ts"],
    },
  },
};

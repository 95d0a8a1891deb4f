/** Browser tests of the three apps against the real demo host, which `tests/fixtures.ts` starts once per worker: over every driver. */
import { defineConfig } from "@playwright/test";
import { findChromium } from "./find-chromium.mjs";
import type { WorkerOptions } from "./tests/fixtures.ts";

// Looked for once: worker processes inherit the answer.
process.env["ATTUNE_CHROMIUM"] ??= JSON.stringify((await findChromium()) ?? {});
const launchOptions = JSON.parse(process.env["ATTUNE_CHROMIUM"]) as { executablePath?: string; args?: string[] };

export default defineConfig<object, WorkerOptions>({
  testDir: "./tests",
  outputDir: "./test-results",
  timeout: 45_000,
  // Every wait here is for something that takes at most the grace of 5 s; the rest is patience with a busy machine.
  expect: { timeout: 15_000 },
  fullyParallel: true,
  workers: 2,
  forbidOnly: process.env["CI"] === "true",
  use: { launchOptions, trace: "retain-on-failure" },
  projects: [
    { name: "chromium", use: { browserName: "chromium", driver: "socketio" } },
    // What is about the host is the same whatever carries the messages.
    { name: "supabase", use: { browserName: "chromium", driver: "supabase" }, grepInvert: /@host/ },
  ],
});

/** Browser tests of the three apps against the real demo host, which `tests/fixtures.ts` starts once per worker. */
import { defineConfig } from "@playwright/test";
import { findChromium } from "./find-chromium.mjs";

// Looked for once: worker processes inherit the answer.
process.env["ATTUNE_CHROMIUM"] ??= JSON.stringify((await findChromium()) ?? {});
const launchOptions = JSON.parse(process.env["ATTUNE_CHROMIUM"]) as { executablePath?: string; args?: string[] };

export default defineConfig({
  testDir: "./tests",
  outputDir: "./test-results",
  timeout: 45_000,
  // Every wait here is for something that takes at most the grace of 5 s; the rest is patience with a busy machine.
  expect: { timeout: 15_000 },
  fullyParallel: true,
  workers: 2,
  forbidOnly: process.env["CI"] === "true",
  use: { launchOptions, trace: "retain-on-failure" },
  projects: [{ name: "chromium", use: { browserName: "chromium" } }],
});

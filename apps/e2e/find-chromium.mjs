/** Finds a Chromium that really starts on this machine: the system's, Playwright's, or the one that ships in npm. */
import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";

const noSandbox = ["--no-sandbox"];

async function* candidates() {
  const places = [
    process.env["CHROMIUM_PATH"],
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/usr/bin/google-chrome-stable",
    chromium.executablePath(),
  ];
  for (const executablePath of places) {
    if (executablePath && existsSync(executablePath)) yield { executablePath, args: noSandbox };
  }
  try {
    const { default: packed } = await import("@sparticuz/chromium");
    yield { executablePath: await packed.executablePath(), args: packed.args };
  } catch {
    // Not installed, or not made for this platform: there is no other place to look.
  }
}

/** @returns launch options for Playwright, or `undefined` when no Chromium starts */
export async function findChromium() {
  for await (const options of candidates()) {
    try {
      const browser = await chromium.launch({ ...options, timeout: 30_000 });
      await browser.close();
      return options;
    } catch {
      // Present, but it does not start here (a library is missing, say): try the next.
    }
  }
  return undefined;
}

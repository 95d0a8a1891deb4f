/** Tells one boot of the machine from another. */
import { readFileSync } from "node:fs";
import { uptime } from "node:os";

/** The kernel's id of this boot, or `at:` and the milliseconds at which it began, where the kernel gives none. */
export function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return `at:${Math.round(Date.now() - uptime() * 1_000)}`;
  }
}

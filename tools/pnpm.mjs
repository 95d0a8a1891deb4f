/** Runs the pinned pnpm through npx, so that nothing needs to be installed first: `node tools/pnpm.mjs install`. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { foldersIn, manifestOf, root } from "./workspace.mjs";

const isWindows = process.platform === "win32";
const stamp = join(root, "node_modules", ".attune-installed");

/**
 * Runs pnpm in the root and waits for it.
 *
 * @param options.quiet keeps standard output clean: what pnpm prints goes to standard error
 * @returns the exit code
 */
export function pnpm(args, { quiet = false, env = {} } = {}) {
  const { packageManager } = manifestOf(".");
  const { status, error } = spawnSync(isWindows ? "npx.cmd" : "npx", ["-y", packageManager, ...args], {
    cwd: root,
    stdio: ["inherit", quiet ? 2 : "inherit", "inherit"],
    shell: isWindows,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", ...env },
  });
  if (error) throw error;
  return status ?? 1;
}

/** What an installation depends on: the lockfile, every manifest, and the Node version. */
function fingerprint() {
  const hash = createHash("sha256").update(process.version).update(process.platform);
  const folders = [".", ...foldersIn("packages"), ...foldersIn("apps")];
  const files = ["pnpm-lock.yaml", "pnpm-workspace.yaml", ...folders.map((folder) => join(folder, "package.json"))];
  for (const file of files) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

/** Installs what the lockfile says, or returns at once when that has been done. Ends the process when it fails. */
export function install() {
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.error("Installing dependencies (once)...");
  const status = pnpm(["install", "--frozen-lockfile"], { quiet: true });
  if (status !== 0) process.exit(status);
  writeFileSync(stamp, wanted);
}

/** Installs and builds what `names` need (everything by default); turbo answers from its cache what has not changed. */
export function setUp(names = []) {
  install();
  const filters = names.map((name) => `--filter=${name}...`);
  const status = pnpm(["exec", "turbo", "run", "build", ...filters, "--output-logs=errors-only"], { quiet: true });
  if (status !== 0) process.exit(status);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  process.exit(pnpm(process.argv.slice(2)));
}

/** What a package's README links to inside the package is in what is published. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { foldersIn, root } from "../workspace.mjs";

test.each(foldersIn("packages"))("the README of %s links to nothing that is not published with it", (folder) => {
  const readme = readFileSync(join(root, folder, "README.md"), "utf8");
  const { files } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as { files: string[] };
  const links = [...readme.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link]) => link as string);
  const inside = links.filter((link) => !/^(https?:|\.\.)/.test(link));
  for (const link of inside) expect(existsSync(join(root, folder, link)), link).toBe(true);
  expect(inside.filter((link) => !files.some((file) => link === file || link.startsWith(`${file}/`)))).toEqual([]);
});

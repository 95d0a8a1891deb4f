/** Builds the front page; the host itself is built by tsdown. */
import { defineConfig } from "vite";

export default defineConfig({
  root: "src/page",
  build: { outDir: "../../dist/page", emptyOutDir: true },
});

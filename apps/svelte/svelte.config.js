import adapter from "@sveltejs/adapter-node";
import { vitePreprocess } from "@sveltejs/vite-plugin-svelte";

/** @type {import("@sveltejs/kit").Config} */
export default {
  preprocess: vitePreprocess(),
  kit: {
    // The demo host mounts `build/handler.js` at this place.
    adapter: adapter(),
    paths: { base: "/svelte" },
  },
};

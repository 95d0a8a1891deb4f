import { defineConfig } from "vite";

export default defineConfig({
  base: "/vanilla/",
  // `vite dev` beside a running host (`npm start`): what is not this app comes from there.
  server: { proxy: { "/api": "http://localhost:4000", "/socket.io": { target: "http://localhost:4000", ws: true } } },
});

/** Serves the front page and the three apps as they were built. */
import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import express, { type Handler, type Router } from "express";
import sirv from "sirv";

/** From `dist/main.mjs`. */
const pathTo = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** @throws {Error} when an app is not built */
export async function createPages(): Promise<Router> {
  const router = express.Router();
  router.use("/vue", built("../../vue/dist"));
  router.use("/vanilla", built("../../vanilla/dist"));
  router.use(await svelteKit("../../svelte/build/handler.js"));
  router.use(built("./page"));
  return router;
}

function built(folder: string): Handler {
  return sirv(check(pathTo(folder)), { etag: true });
}

/** The SvelteKit app renders itself; it knows that it lives below `/svelte`. */
async function svelteKit(handlerFile: string): Promise<Handler> {
  const file = check(pathTo(handlerFile));
  const { handler } = (await import(pathToFileURL(file).href)) as { handler: Handler };
  return (request, response, next) =>
    /^\/svelte(\/|$)/.test(request.path) ? handler(request, response, next) : next();
}

function check(path: string): string {
  if (!existsSync(path)) throw new Error(`${path} is missing. "npm start" in the root builds everything first.`);
  return path;
}

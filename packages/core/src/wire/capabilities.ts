/** What our server can do. */
import type { Capabilities } from "../driver.js";

/** Everything, and order above all. */
export const CAPABILITIES: Capabilities = {
  recovery: "offset",
  echo: "ordered",
  publish: "client",
  guarantee: "stored",
  dedupe: true,
  authentication: "connection",
  identity: "server",
  presence: { grace: "server" },
  signals: true,
  typing: "core",
  history: true,
  state: true,
  reconnect: "core",
};

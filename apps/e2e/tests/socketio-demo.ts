/** The demo over Socket.IO: the host carries the messages itself. */
import { startFaultProxy } from "@attune/testing";
import type { Demo } from "./demo.ts";
import { startDemoHost } from "./demo-host.ts";

/** Starts it, behind a proxy that can cut. */
export async function startSocketioDemo(): Promise<Demo> {
  const host = await startDemoHost();
  const proxy = await startFaultProxy({ target: { port: Number(new URL(host.url).port) } });
  return {
    url: `http://localhost:${proxy.port}`,
    cut: () => proxy.reset(),
    halfOpen: () => void proxy.halfOpen(),
    heal: () => void proxy.heal(),
    async stop(how) {
      await host.stop(how === "killed" ? "SIGKILL" : "SIGTERM");
      return { keepsLog: true };
    },
    restart: () => host.restart(),
    expireTokens() {
      throw new Error("The host looks at a token once, when the connection opens.");
    },
    async close() {
      await host.stop("SIGKILL");
      await proxy.close();
    },
  };
}

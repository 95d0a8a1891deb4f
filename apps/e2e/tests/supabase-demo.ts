/** The demo over Supabase: a double of it that the test holds in its hands, which the host takes for a project. */
import { startFaultProxy } from "@attune/testing";
import { createSupabaseDouble, type SupabaseDouble } from "@attune/testing/supabase";
import type { Demo } from "./demo.ts";
import { startDemoHost } from "./demo-host.ts";

const jwtSecret = "the secret of a project that is a double";

/** Starts it. The double is behind a proxy, so that another one can take its place at the same address. */
export async function startSupabaseDemo(): Promise<Demo> {
  let double = await startDouble();
  let isGone = false;
  const target = {
    get port() {
      return double.port;
    },
  };
  const proxy = await startFaultProxy({ target });
  const host = await startDemoHost(["--driver=supabase"], {
    SUPABASE_URL: `http://127.0.0.1:${proxy.port}`,
    SUPABASE_PUBLISHABLE_KEY: "anon",
    SUPABASE_JWT_SECRET: jwtSecret,
  });
  return {
    url: host.url,
    cut: () => proxy.reset(),
    halfOpen: () => void proxy.halfOpen(),
    heal: () => void proxy.heal(),
    async stop(how) {
      await proxy.refuse();
      isGone = how === "killed";
      if (isGone) await double.close();
      else double.restart();
      return { keepsLog: !isGone };
    },
    async restart() {
      if (isGone) double = await startDouble();
      isGone = false;
      await proxy.accept();
    },
    expireTokens: () => double.expireTokens(),
    async close() {
      await host.stop("SIGKILL");
      await proxy.close();
      if (!isGone) await double.close();
    },
  };
}

function startDouble(): Promise<SupabaseDouble> {
  return createSupabaseDouble({
    jwtSecret,
    persistence: true,
    // One double serves all the rooms of a worker, where a project has the room to itself.
    limits: { messagesPerSecond: 10_000, joinsPerSecond: 1_000 },
  });
}

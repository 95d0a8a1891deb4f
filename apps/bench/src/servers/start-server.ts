/** Starts the server of a system. */
import type { Limits } from "@attune/protocol";
import { startAttuneServer } from "./attune-server.js";
import type { BenchServer, System } from "./bench-server.js";
import { startSocketioServer } from "./socketio-server.js";
import { startWsServer } from "./ws-server.js";

/** What is measured, and which of our limits are lifted for it. */
export interface ServerChoice {
  readonly system: System;
  readonly lifted?: Partial<Limits>;
}

export function startServer({ system, lifted }: ServerChoice): Promise<BenchServer> {
  switch (system) {
    case "attune":
      return startAttuneServer(lifted);
    case "socketio":
      return startSocketioServer();
    case "ws":
      return startWsServer();
  }
}

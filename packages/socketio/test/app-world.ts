/** An app with a Socket.IO socket of its own, and pipes opened over it. */
import type { HelloFrame } from "@attune/protocol";
import { type ManualClock, manualClock, until } from "@attune/testing";
import { io, type Socket } from "socket.io-client";
import { afterEach, beforeEach } from "vitest";
import { openExistingConnection } from "../src/existing-connection.js";
import { type FrameServer, frameServer } from "./frame-server.js";
import { type PipeRecording, recordPipe } from "./pipe-recorder.js";

export interface AppWorld {
  server: FrameServer;
  /** The app's own socket, in its own namespace. */
  app: Socket;
  clock: ManualClock;
  open(hello?: () => Promise<HelloFrame>): PipeRecording;
  /** Opens, and waits for the welcome. */
  opened(): Promise<PipeRecording>;
}

/** A new world for each test of the file; closed after it. */
export function appWorld(): AppWorld {
  let recordings: PipeRecording[] = [];
  const world = {
    open(hello?: () => Promise<HelloFrame>) {
      const recording = recordPipe(
        openExistingConnection(world.app.io, () => ({ clock: world.clock, random: () => 0 })),
        hello,
      );
      recordings.push(recording);
      return recording;
    },
    async opened() {
      const recording = world.open();
      await until(() => recording.frames.length === 1);
      return recording;
    },
  } as AppWorld;

  beforeEach(async () => {
    world.server = await frameServer();
    world.app = io(world.server.url, {
      forceNew: true,
      transports: ["websocket"],
      reconnectionDelay: 5,
      reconnectionDelayMax: 10,
    });
    world.clock = manualClock();
    recordings = [];
  });

  afterEach(async () => {
    for (const { pipe } of recordings) pipe.close();
    world.app.disconnect();
    await world.server.close();
  });
  return world;
}

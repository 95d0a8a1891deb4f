/** Plain Socket.IO, as its documentation shows it: everybody joins a room, and what one sends goes to the room. */
import { createServer } from "node:http";
import { Server } from "socket.io";
import type { BenchServer } from "./bench-server.js";
import { gluePresence } from "./glued-presence.js";
import { listen } from "./listen.js";

const ROOM = "bench";

/** Starts it with every option at its default. */
export async function startSocketioServer(): Promise<BenchServer> {
  const http = createServer();
  const io = new Server(http);
  gluePresence(io);
  io.on("connection", (socket) => {
    void socket.join(ROOM);
    socket.on("message", (message: unknown, ack?: () => void) => {
      io.to(ROOM).emit("message", message);
      ack?.();
    });
    socket.on("cursor", (cursor: unknown) => socket.to(ROOM).emit("cursor", socket.id, cursor));
  });
  return {
    port: await listen(http),
    publish: (message) => io.to(ROOM).emit("message", message),
    close: () => io.close(),
  };
}

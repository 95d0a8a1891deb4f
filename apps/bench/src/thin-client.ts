/** Our protocol over socket.io-client and nothing around it: what a plain Socket.IO client is to a plain server. */
import type { ClientFrame, ServerFrame } from "@attune/protocol";
import { io } from "socket.io-client";

/** A client that only passes frames on. */
export interface ThinClient {
  send(frame: ClientFrame): void;
}

/** Connects; the first frame is `welcome`. */
export function openThinClient(
  port: number,
  token: string | undefined,
  onFrame: (frame: ServerFrame) => void,
): ThinClient {
  const socket = io(`http://127.0.0.1:${port}/attune`, {
    transports: ["websocket"],
    forceNew: true,
    auth: { t: "hello", v: 1, vis: true, ...(token === undefined ? {} : { k: token }) },
  });
  const send = (frame: ClientFrame) => void socket.emit("f", frame);
  socket.on("f", (frame: ServerFrame) => {
    if (frame.t === "ping") send({ t: "pong", r: frame.r });
    else onFrame(frame);
  });
  return { send };
}

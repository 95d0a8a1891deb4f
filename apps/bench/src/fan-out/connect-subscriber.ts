/** One subscriber of each system: as little client as will do, so that servers are compared. */
import { io } from "socket.io-client";
import { WebSocket } from "ws";
import { type BenchMessage, PUBLIC_CHANNEL, type System } from "../servers/bench-server.js";
import { openThinClient } from "../thin-client.js";

type OnMessages = (messages: readonly BenchMessage[]) => void;

/** Connects one, and resolves once it gets what is published. */
export function connectSubscriber(system: System, port: number, onMessages: OnMessages): Promise<void> {
  switch (system) {
    case "attune":
      return connectAttune(port, onMessages);
    case "socketio":
      return connectSocketio(port, onMessages);
    case "ws":
      return connectWs(port, onMessages);
  }
}

function connectAttune(port: number, onMessages: OnMessages): Promise<void> {
  return new Promise((resolve, reject) => {
    const client = openThinClient(port, undefined, (frame) => {
      if (frame.t === "welcome") client.send({ t: "sub", r: 1, c: PUBLIC_CHANNEL });
      else if (frame.t === "joined") resolve();
      else if (frame.t === "msg") onMessages(frame.m.map(([, , , data]) => data as BenchMessage));
      else if (frame.t === "fail" || frame.t === "bye" || frame.t === "closed") reject(new Error(frame.msg));
    });
  });
}

function connectSocketio(port: number, onMessages: OnMessages): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = io(`http://127.0.0.1:${port}`, { transports: ["websocket"], forceNew: true });
    socket.on("connect", () => resolve());
    socket.on("connect_error", reject);
    socket.on("message", (message: BenchMessage) => onMessages([message]));
  });
}

function connectWs(port: number, onMessages: OnMessages): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    socket.on("open", () => resolve());
    socket.on("error", reject);
    socket.on("message", (data) => onMessages([JSON.parse(String(data)) as BenchMessage]));
  });
}

import type { Driver } from "@attune/core/driver";
import { io, type Manager, type Socket } from "socket.io-client";
import { expectTypeOf, test } from "vitest";
import { socketio } from "../src/index.js";

interface FromServer {
  chat(text: string): void;
}
interface ToServer {
  say(text: string, answer: (ok: boolean) => void): void;
}

test("takes a URL with options, or a socket of any event types", () => {
  expectTypeOf(
    socketio("https://api.example.com", { path: "/live", transports: ["polling"], manager: { query: { a: "1" } } }),
  ).toEqualTypeOf<Driver>();
  expectTypeOf(socketio(io())).toEqualTypeOf<Driver>();
  expectTypeOf(socketio({} as Socket<FromServer, ToServer>)).toEqualTypeOf<Driver>();
  expectTypeOf(socketio({} as { io: Manager<FromServer, ToServer> })).toEqualTypeOf<Driver>();
});

test("refuses options beside a socket, and those that the driver decides", () => {
  // @ts-expect-error the socket brings its Manager, and that one its options
  socketio(io(), { path: "/live" });
  // @ts-expect-error core reconnects
  socketio("", { manager: { reconnection: true } });
  // @ts-expect-error core asks for the token, by createRealtime({ auth })
  socketio("", { manager: { auth: {} } });
  // @ts-expect-error not a transport
  socketio("", { transports: ["carrier pigeon"] });
});

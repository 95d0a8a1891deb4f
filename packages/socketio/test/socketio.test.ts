import { isRealtimeError } from "@attune/protocol";
import { expect, test } from "vitest";
import { socketio } from "../src/index.js";

test.each([
  "https://api.example.com",
  "https://api.example.com/",
  "//api.example.com",
  "localhost:3000",
  "ws://[::1]:3000",
  "",
  "/",
])("takes the origin %j", (url) => {
  expect(socketio(url)).toMatchObject({ name: "socketio", capabilities: { recovery: "offset", reconnect: "core" } });
});

test.each([
  "https://api.example.com/socket.io",
  "https://api.example.com?token=1",
  "https://api.example.com/#x",
  "/realtime",
])("refuses %j, which would become part of the namespace", (url) => {
  expect(() => socketio(url)).toThrow(expect.toSatisfy((error) => isRealtimeError(error, "invalid-option")));
});

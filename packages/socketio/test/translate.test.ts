import { expect, test } from "vitest";
import { fromConnectError, fromDisconnect, toBye } from "../src/translate.js";

/** As Socket.IO makes them: `data` is there, be it undefined, when the error came from the server. */
const fromServer = (message: string, data?: unknown) => Object.assign(new Error(message), { data });
const fromTransport = (message: string, description: unknown) =>
  Object.assign(new Error(message), { type: "TransportError", description });

test.each([
  [
    "a code of ours",
    fromServer("no", { code: "limit-exceeded", msg: "Too many." }),
    { code: "limit-exceeded", retryable: false },
  ],
  ["a close code", fromServer("no", { code: 4000 }), { code: "server-draining", retryable: true }],
  ["no code: the app's own middleware", fromServer("not authorized"), { code: "unauthorized", retryable: false }],
  [
    "a wait",
    fromServer("no", { code: "rate-limited", after: 500 }),
    { code: "rate-limited", details: { retryAfterMs: 500 } },
  ],
  ["no namespace", fromServer("Invalid namespace"), { code: "transport-failed", retryable: true }],
  ["a timeout", new Error("timeout"), { code: "timeout", retryable: true }],
  ["an HTTP status", fromTransport("xhr poll error", 403), { code: "transport-failed", details: { status: 403 } }],
  ["an event", fromTransport("websocket error", {}), { code: "transport-failed", retryable: true }],
])("a refusal with %s", (_, error, expected) => {
  const translated = fromConnectError(error);
  expect(translated).toMatchObject(expected);
  expect(translated.cause).toBe(error);
});

test.each(["Too many.", "not authorized"])("says what the server said: %s", (words) => {
  expect(fromConnectError(fromServer(words)).message).toContain(words);
});

test("does not fall over anything thrown", () => {
  for (const thrown of [undefined, null, "text", 7]) expect(fromConnectError(thrown).code).toBe("transport-failed");
});

test.each([
  ["io server disconnect", "connection-lost"],
  ["ping timeout", "timeout"],
  ["transport close", "connection-lost"],
  ["transport error", "connection-lost"],
  ["parse error", "transport-failed"],
  ["a reason of a later version", "connection-lost"],
])("an open connection that ends by %s may come back", (reason, code) => {
  const cause = new Error("the original");
  expect(fromDisconnect(reason, cause)).toMatchObject({ code, retryable: true, cause, details: { reason } });
  expect("cause" in fromDisconnect(reason)).toBe(false);
});

test("recognises the server's last word, and nothing else", () => {
  const bye = { t: "bye", code: 4000, msg: "draining", after: 100 };
  expect(toBye(bye)).toBe(bye);
  for (const other of [{ t: "bye" }, { t: "ping", r: 1 }, null, "bye", undefined]) expect(toBye(other)).toBeUndefined();
});

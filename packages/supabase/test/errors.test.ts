import { describe, expect, test } from "vitest";
import { toError } from "../src/errors.js";

describe("an error", () => {
  test.each([
    ["Unauthorized: You do not have permissions to read from this Channel topic: x", "forbidden", false],
    ["PrivateOnly: This project only allows private channels", "forbidden", false],
    ["Token has expired 3 seconds ago", "auth-failed", true],
    ["InvalidJWTToken: Token has expired 3 seconds ago", "auth-failed", true],
    ["InvalidJWTToken: Fields `role` and `exp` are required in JWT", "unauthorized", false],
    ["JwtSignatureError: Failed to validate JWT signature", "unauthorized", false],
    ["ChannelRateLimitReached: Too many channels", "rate-limited", true],
    ["Client presence rate limit exceeded", "rate-limited", true],
    ["Track message size exceeded", "payload-too-large", false],
    ["timed out", "timeout", true],
    ["RealtimeRestarting: Realtime is restarting, please standby", "transport-failed", true],
    ["socket closed: 1006", "transport-failed", true],
  ] as const)("%s is %s", (text, code, retryable) => {
    expect(toError("It failed", new Error(text), "transport-failed")).toMatchObject({ code, retryable });
  });

  test("of every shape that the client has keeps the original as its cause", () => {
    for (const cause of [new Error("Unauthorized"), "Unauthorized", { message: "Unauthorized" }]) {
      const error = toError("It failed", cause, "transport-failed");
      expect([error.code, error.cause]).toEqual(["forbidden", cause]);
    }
    expect(toError("It failed", undefined, "transport-failed").message).toBe("It failed.");
  });

  test("that is the app's already stays what it is", () => {
    const error = toError("It failed", "Unauthorized", "transport-failed");
    expect(toError("Another thing failed", error, "internal-error")).toBe(error);
  });

  test("that comes of a limit says how long to stay away", () => {
    expect(toError("It failed", "Too many joins per second", "internal-error").details).toEqual({
      retryAfterMs: 5_000,
    });
  });
});

import { expect, test } from "vitest";
import { isAllowedOrigin } from "../src/transport/origin.js";

const LIST = ["https://app.example.com"];

test.each([
  ["https://app.example.com", true],
  ["http://app.example.com", false],
  ["https://app.example.com:8443", false],
  ["https://APP.example.com", false],
  ["https://app.example.com.evil.com", false],
  ["https://evil-app.example.com", false],
  ["https://x.app.example.com", false],
  ["https://app.example.com/", false],
  ["null", false],
  ["", false],
])("with a list, a page of %j may connect: %s", (origin, isAllowed) => {
  expect(isAllowedOrigin(origin, "app.example.com", LIST)).toBe(isAllowed);
});

test.each([
  ["http://localhost:3000", true],
  ["https://localhost:3000", true],
  ["http://localhost:5173", false],
  ["http://localhost", false],
  ["http://evil.com", false],
  ["null", false],
])("without a list, a page of %j may connect to localhost:3000: %s", (origin, isAllowed) => {
  expect(isAllowedOrigin(origin, "localhost:3000", undefined)).toBe(isAllowed);
});

test("what is no browser sends no origin, and a star allows any", () => {
  expect(isAllowedOrigin(undefined, "a", LIST)).toBe(true);
  expect(isAllowedOrigin("https://anything", "a", ["*"])).toBe(true);
  expect(isAllowedOrigin("https://a", undefined, undefined)).toBe(false);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { userOfToken } from "../src/identity.js";

const token = (claims: unknown) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.sig`;

test("a token of Supabase Auth names its user", () => {
  const claims = { sub: "u1", email: "ada@x.org", user_metadata: { full_name: "Ada Lövelace", avatar_url: "a.png" } };
  expect(userOfToken(token(claims))).toEqual({ userId: "u1", name: "Ada Lövelace", avatar: "a.png" });
  expect(userOfToken(token({ sub: "u1", email: "ada@x.org" }))).toEqual({ userId: "u1", name: "ada@x.org" });
  expect(userOfToken(token({ sub: "u1" }))).toEqual({ userId: "u1", name: "u1" });
});

test("a key, or a token without a user, is anonymous", () => {
  for (const key of [null, "", "sb_publishable_x", token({ role: "anon" }), "a.b.c"])
    expect(userOfToken(key)).toBeNull();
  fc.assert(fc.property(fc.string(), (text) => userOfToken(text) === null));
});

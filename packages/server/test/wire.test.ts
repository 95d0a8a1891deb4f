import { Buffer } from "node:buffer";
import { MAX_CHUNK_CHARS, messageId } from "@attune/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { packChunk } from "../src/channel/chunk.js";
import { toRow } from "../src/presence/presence-row.js";
import { createPacker } from "../src/transport/packet.js";
import { webSocketFrame } from "../src/transport/web-socket-frame.js";
import { backfillFrame } from "../src/wire/frame-text.js";
import { isLongerThan, utf8Bytes } from "../src/wire/json-bytes.js";

const anyText = fc.string({
  unit: fc.oneof(fc.constantFrom("a", "é", "€", "😀", "\ud800", "\udc00"), fc.string({ minLength: 1, maxLength: 1 })),
});

describe("the size of a text", () => {
  test("is what Node counts", () => {
    fc.assert(fc.property(anyText, (text) => void expect(utf8Bytes(text)).toBe(Buffer.byteLength(text))));
  });

  test("is compared exactly", () => {
    fc.assert(
      fc.property(
        anyText,
        fc.nat(60),
        (text, max) => void expect(isLongerThan(text, max)).toBe(Buffer.byteLength(text) > max),
      ),
    );
  });
});

describe("a WebSocket frame", () => {
  test.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])("of %i bytes has the header of RFC 6455", (bytes) => {
    const frame = webSocketFrame("x".repeat(bytes));
    expect(frame[0]).toBe(0x81);
    const length = frame[1] as number;
    const [declared, header] =
      length < 126 ? [length, 2] : length === 126 ? [frame.readUInt16BE(2), 4] : [Number(frame.readBigUInt64BE(2)), 10];
    expect(declared).toBe(bytes);
    expect(frame.length).toBe(header + bytes);
    expect(frame.subarray(header).toString()).toBe("x".repeat(bytes));
  });

  test("counts bytes, not characters", () => {
    expect(webSocketFrame("€😀").subarray(2).toString()).toBe("€😀");
  });
});

test("a packet is made once per frame, for whoever gets it", () => {
  const pack = createPacker();
  const frame = { text: '{"t":"bye"}' };
  const packet = pack(frame);
  expect(pack(frame)).toBe(packet);
  expect(packet.text).toBe('2/attune,["f",{"t":"bye"}]');
  expect(pack({ ...frame })).not.toBe(packet);
});

describe("a chunk", () => {
  const row = (chars: number) =>
    toRow({
      connectionId: "c",
      user: { userId: "u", name: "n" },
      joinedAtMs: 1,
      updatedAtMs: 1,
      state: { status: "online", customState: { x: "x".repeat(chars) } },
    });
  const message = (chars: number, offset: number) => ({
    offset,
    id: "",
    timestampMs: 1,
    json: `[${offset},"${"x".repeat(chars)}"]`,
  });

  test("takes rows, then messages, in order, as many as fit, and always something", () => {
    const sizes = fc.array(fc.oneof(fc.nat(300), fc.nat(40_000), fc.constant(70_000)), { maxLength: 12 });
    fc.assert(
      fc.property(sizes, sizes, fc.nat(500), (rowSizes, messageSizes, headChars) => {
        let rows = rowSizes.map(row);
        let messages = messageSizes.map((chars, index) => message(chars, index + 1));
        const all = [...rows, ...messages].map(({ json }) => json);
        const sent: string[] = [];
        const head = `{${"h".repeat(headChars)}`;
        while (rows.length + messages.length > 0) {
          const chunk = packChunk(head.length, rows, messages);
          const pieces = [...chunk.rows, ...chunk.messages];
          expect(pieces.length).toBeGreaterThan(0);
          const { text } = backfillFrame(head, chunk.messages, chunk.rows, true);
          if (pieces.length > 1) expect(text.length).toBeLessThanOrEqual(MAX_CHUNK_CHARS);
          sent.push(...pieces);
          rows = rows.slice(chunk.rows.length);
          messages = messages.slice(chunk.messages.length);
        }
        expect(sent).toEqual(all);
      }),
      { numRuns: 50 },
    );
  });
});

test("nobody can name the message of another user", () => {
  const user = fc.string();
  const producer = fc.stringMatching(/^[\w-]{1,8}$/);
  const sequence = fc.nat(20);
  fc.assert(
    fc.property(user, producer, sequence, user, producer, sequence, (u1, p1, s1, u2, p2, s2) => {
      if (messageId(u1, p1, s1) === messageId(u2, p2, s2)) expect([u1, p1, s1]).toEqual([u2, p2, s2]);
    }),
  );
});

/** Spans of time, and what can be said of several. Pure. */

/** From one moment to another. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Spans in order, those that overlap, or are no further apart than this, made one. */
export function merged(spans: readonly Span[], apartMs = 0): Span[] {
  const result: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = result.at(-1);
    if (!last || span.fromMs > last.untilMs + apartMs) result.push(span);
    else if (span.untilMs > last.untilMs) result[result.length - 1] = { fromMs: last.fromMs, untilMs: span.untilMs };
  }
  return result;
}

/** Asks whether a time touches any of the spans, which are merged. */
export function touches(spans: readonly Span[], fromMs: number, untilMs: number): boolean {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle] as Span).untilMs < fromMs) low = middle + 1;
    else high = middle;
  }
  return (spans[low]?.fromMs ?? Number.POSITIVE_INFINITY) <= untilMs;
}

/** A value made of other atoms. */
import { computed } from "nanostores";
import type { ReadableAtom } from "nanostores";

/**
 * Like nanostores' `computed`, but reading it without listening listens to nothing either: `get()` there mounts the store, and
 * its sources stay listened to for a second, which is a leak per request when a server renders.
 */
export function derived<A, B, T>($a: ReadableAtom<A>, $b: ReadableAtom<B>, make: (a: A, b: B) => T): ReadableAtom<T> {
  let last: { readonly a: A; readonly b: B; readonly value: T } | undefined;
  const read = (a: A, b: B): T => {
    // The same inputs give the same object, or a framework that compares would render for ever.
    if (!last || last.a !== a || last.b !== b) last = { a, b, value: make(a, b) };
    return last.value;
  };
  const $derived = computed([$a, $b], read);
  const getListened = $derived.get;
  return Object.assign($derived, {
    get: () => ($derived.lc ? getListened() : read($a.value as A, $b.value as B)),
  });
}

/** Tells when somebody uses the page. */

/** Where signs of use come from. */
export interface Input {
  /** Calls back at each sign; returns the function that ends it. */
  onUse(callback: () => void): () => void;
}

const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "scroll"];

/** Keys, pointers and scrolling of a page; on a server, nobody. */
export function browserInput(scope: typeof globalThis = globalThis): Input {
  const target = (scope as { readonly document?: Document }).document;
  return {
    onUse(callback) {
      // Capturing, so that a handler that stops the event hides nothing; passive, so that scrolling never waits.
      const options = { capture: true, passive: true };
      for (const sign of SIGNS) target?.addEventListener(sign, callback, options);
      return () => {
        for (const sign of SIGNS) target?.removeEventListener(sign, callback, options);
      };
    },
  };
}

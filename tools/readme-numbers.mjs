/** Finds and corrects the sizes that a Markdown text promises between `<!-- size:name -->` and `<!-- /size -->`. */

export function toKb(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

/**
 * @param sizes what was measured: `{ core: "6.8 kB" }`
 * @returns the corrected text, and what was wrong with the one given
 */
export function replaceSizes(text, sizes) {
  const wrong = [];
  const corrected = text.replaceAll(
    /(<!-- size:([\w-]+) -->)(.*?)(<!-- \/size -->)/g,
    (all, open, name, said, close) => {
      const size = sizes[name];
      if (size === undefined) wrong.push({ unknown: true, message: `nothing is measured under the name "${name}".` });
      else if (said !== size) wrong.push({ unknown: false, message: `says ${said} for ${name}; measured ${size}.` });
      return size === undefined ? all : `${open}${size}${close}`;
    },
  );
  return { text: corrected, wrong };
}

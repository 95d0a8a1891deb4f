/** Counts the lines of a source file that hold code: blank lines and lines with nothing but comment do not count. */
import ts from "typescript";

export function codeLines(fileName, text) {
  if (!/\.(svelte|vue)$/.test(fileName)) return scriptLines(text);
  const scripts = [...text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)];
  const markup = text
    .replaceAll(/<script[^>]*>[\s\S]*?<\/script>/g, "")
    .replaceAll(/<!--[\s\S]*?-->/g, "")
    .replaceAll(/\/\*[\s\S]*?\*\//g, "");
  return filledLines(markup) + scripts.reduce((total, [, script]) => total + scriptLines(script), 0);
}

function filledLines(text) {
  return text.split("\n").filter((line) => line.trim() !== "").length;
}

/** Every line that a token touches; a template literal over five lines touches five. */
function scriptLines(text) {
  const source = ts.createSourceFile("file.tsx", text, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS);
  const lines = new Set();
  const touch = (from, to) => {
    const last = source.getLineAndCharacterOfPosition(to).line;
    for (let line = source.getLineAndCharacterOfPosition(from).line; line <= last; line++) lines.add(line);
  };
  const visit = (node) => {
    if (node.kind >= ts.SyntaxKind.FirstJSDocNode && node.kind <= ts.SyntaxKind.LastJSDocNode) return;
    const children = node.getChildren(source);
    if (children.length > 0) for (const child of children) visit(child);
    else if (node.getStart(source) < node.getEnd()) touch(node.getStart(source), node.getEnd());
  };
  visit(source);
  return lines.size;
}

/**
 * Markdown's parser takes three times as long, and eleven times the memory, for a whole document as for its sections one by one.
 * So the text is cut at headings, and the pieces put together again, such that nobody can tell.
 */
const ENOUGH = 6000;

/** A piece of a text, and where it starts. */
export interface Part {
  readonly text: string;
  readonly line: number; // lines before it
  readonly offset: number;
}

/**
 * Cuts before lines that are certainly headings of the whole document. A heading at the very start of a line ends every list and
 * quote, so only what such a line cannot end has to be known: frontmatter, fences, containers, HTML. In doubt it does not cut.
 */
export function cutParts(text: string): readonly Part[] {
  const parts: Part[] = [];
  const lines = text.split("\n");
  let [start, startLine, offset] = [0, 0, 0];
  let fence: string | null = null;
  let containers: number[] = [];
  let html = false;
  let head = lines[0]?.trimEnd() === "---";
  for (const [index, line] of lines.entries()) {
    const at = offset;
    offset += line.length + 1;
    if (head) {
      head = index === 0 || line.trimEnd() !== "---";
      continue;
    }
    if (fence !== null) {
      const close = /^[\s>]*(`{3,}|~{3,})\s*$/.exec(line)?.[1];
      if (close?.startsWith(fence)) fence = null;
      continue;
    }
    const open = /^[\s>]*(?:(?:[-+*]|\d{1,9}[.)])[\s>]+)*(`{3,}(?=[^`]*$)|~{3,})/.exec(line)?.[1];
    if (open !== undefined) fence = open;
    const colons = /^[\s>]*(?:(?:[-+*]|\d{1,9}[.)])[\s>]+)*(:{3,})\s*([A-Za-z])?/.exec(line);
    if (colons?.[2]) containers.push(colons[1]!.length);
    else if (colons) containers = containers.slice(0, Math.max(0, containers.findLastIndex((count) => count > colons[1]!.length) + 1));
    if (line.trim() === "") html = false;
    else if (/^ {0,3}</.test(line)) html = true;
    // What ends elsewhere than at an empty line might go on and on.
    if (/<(?:script|pre|style|textarea|!|\?)/i.test(line)) return [...parts, {text: text.slice(start), line: startLine, offset: start}];
    if (containers.length === 0 && !html && at - start > ENOUGH && /^#{1,6}[ \t]/.test(line)) {
      parts.push({text: text.slice(start, at), line: startLine, offset: start});
      [start, startLine] = [at, index];
    }
  }
  return [...parts, {text: text.slice(start), line: startLine, offset: start}];
}

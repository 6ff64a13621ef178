import type {TemplateResult} from "lit";
import {html, nothing} from "lit";

import type {Token} from "../model/served.ts";

interface MarkedPlace {
  readonly line: number; // from 1
  readonly column: number | null;
  readonly message: string;
}

/** Highlighted code. A place in it can be marked: the line stands out, and under its column the message says what is wrong. */
export function codeLines(tokens: readonly Token[], marked: MarkedPlace | null = null): unknown {
  if (marked === null) return tokens.map(piece);
  const lines = splitLines(tokens);
  const line = Math.min(marked.line, lines.length) - 1;
  const before = lines.slice(0, line).map((pieces) => [pieces.map(piece), "\n"]);
  const after = lines.slice(line + 1).map((pieces, place) => [place === 0 ? "" : "\n", pieces.map(piece)]);
  const indent = marked.column === null ? "" : " ".repeat(Math.max(0, marked.column - 1));
  return [
    before,
    html`<span class="bad-line">${lines[line]?.map(piece)}</span><span class="bad-place">${indent}${marked.column === null ? "" : "^ "}${marked.message}</span>`,
    after
  ];
}

const piece = ([scope, text]: Token): TemplateResult | string | typeof nothing =>
  text === "" ? nothing : scope === null ? text : html`<span class="t-${scope}">${text}</span>`;

function splitLines(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const lines: Token[][] = [[]];
  for (const [scope, text] of tokens) {
    for (const [place, part] of text.split("\n").entries()) {
      if (place > 0) lines.push([]);
      if (part !== "") lines.at(-1)!.push([scope, part]);
    }
  }
  return lines;
}

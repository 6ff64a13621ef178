import type {Node} from "web-tree-sitter";

/** One word of a command as bash will see it. */
export interface Word {
  readonly text: string; // after quoting; what only the shell will know stands as `hole`
  readonly source: string; // as written
  readonly line: number; // in the text it was read from
}

/** Stands in a word's text for a variable, a `$(…)` or a glob of which the value is not known. */
export const hole = "\0";
export const isKnown = ({text}: Word): boolean => !text.includes(hole);

export const toWord = (node: Node): Word => ({text: readText(node), source: node.text, line: node.startPosition.row + 1});

/** A word that stands for another: a file name without its folder, the value after `--option=`. */
export const withText = (word: Word, text: string): Word => ({...word, text});

function readText(node: Node): string {
  switch (node.type) {
    case "word":
    case "number":
    case "variable_name":
    case "test_operator":
    case "extglob_pattern":
    case "regex":
      return node.namedChildCount > 0 && node.type !== "word" ? hole : node.text.replace(/\\\n/g, "").replace(/\\(.)/gs, "$1");
    case "raw_string":
      return node.text.slice(1, -1);
    case "ansi_c_string":
      return readAnsi(node.text.slice(2, -1));
    case "string":
      return readPieces(node, '"', (text) => text.replace(/\\\n/g, "").replace(/\\([$`"\\])/g, "$1"));
    case "translated_string":
      return hole;
    case "concatenation":
      return readPieces(node, "", (text) => text.replace(/\\(.)/gs, "$1"));
    case "command_name":
      return node.firstChild ? readText(node.firstChild) : "";
    default:
      return hole;
  }
}

/** The children's texts, and what stands between them: the grammar leaves blanks and single signs out. */
function readPieces(node: Node, quote: string, unquoted: (text: string) => string): string {
  const end = node.endIndex - quote.length;
  let at = node.startIndex + quote.length;
  let text = "";
  const upTo = (index: number) => {
    if (index > at) text += unquoted(node.text.slice(at - node.startIndex, index - node.startIndex));
  };
  for (const child of node.namedChildren) {
    if (!child || child.type === "string_content") continue; // read as what stands between
    upTo(child.startIndex);
    text += readText(child);
    at = child.endIndex;
  }
  upTo(end);
  return text;
}

function readAnsi(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|(.))/gs, (_, hex: string, octal: string, letter: string) => {
    if (hex) return String.fromCharCode(Number.parseInt(hex, 16));
    if (octal) return String.fromCharCode(Number.parseInt(octal, 8));
    return letter === "n" ? "\n" : letter === "t" ? "\t" : letter;
  });
}

/** A here-document's text; where its end word is quoted nothing in it is expanded. */
export function readHeredoc(body: Node | null, quoted: boolean): string {
  if (!body) return "";
  if (quoted) return body.text;
  let at = body.startIndex;
  let text = "";
  for (const child of body.namedChildren) {
    if (!child || child.type === "heredoc_content") continue;
    text += body.text.slice(at - body.startIndex, child.startIndex - body.startIndex) + hole;
    at = child.endIndex;
  }
  return (text + body.text.slice(at - body.startIndex)).replace(/\\([$`\\])/g, "$1");
}

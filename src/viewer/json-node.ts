/** JSON as it was written: numbers keep every digit, keys their order, also where one comes twice. */
export type JsonNode =
  | {readonly type: "leaf"; readonly of: "string" | "number" | "word"; readonly text: string} // as written
  | {readonly type: "object"; readonly entries: readonly (readonly [key: string, value: JsonNode])[]}
  | {readonly type: "array"; readonly entries: readonly (readonly [key: string, value: JsonNode])[]}; // keys are places

const deepest = 200;
const token =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null))/y;

/** Null for a text that is no JSON, or deeper than anybody would read. */
export function readJson(text: string): JsonNode | null {
  token.lastIndex = 0;
  let at = 0;
  let next = advance();
  const node = value(0);
  return node !== null && next === null && /^[ \t\r\n]*$/.test(text.slice(at)) ? node : null;

  function advance(): RegExpExecArray | null {
    token.lastIndex = at;
    const found = token.exec(text);
    if (found) at = token.lastIndex;
    return found;
  }

  /** Takes the mark that comes next, if it is this one. */
  function take(mark: string): boolean {
    if (next?.[1] !== mark) return false;
    next = advance();
    return true;
  }

  function value(depth: number): JsonNode | null {
    if (next === null || depth > deepest) return null;
    const [, , string, number, word] = next;
    if (string !== undefined || number !== undefined || word !== undefined) {
      next = advance();
      return {
        type: "leaf",
        of: string !== undefined ? "string" : number !== undefined ? "number" : "word",
        text: (string ?? number ?? word)!
      };
    }
    if (take("{")) return collect("object", "}", depth, key);
    return take("[") ? collect("array", "]", depth, String) : null;
  }

  function key(): string | null {
    const string = next?.[2];
    if (string === undefined) return null;
    next = advance();
    return take(":") ? (JSON.parse(string) as string) : null;
  }

  function collect(type: "object" | "array", end: string, depth: number, readKey: (place: number) => string | null): JsonNode | null {
    const entries: (readonly [string, JsonNode])[] = [];
    if (take(end)) return {type, entries};
    for (;;) {
      const name = readKey(entries.length);
      const item = name === null ? null : value(depth + 1);
      if (name === null || item === null) return null;
      entries.push([name, item]);
      if (take(end)) return {type, entries};
      if (!take(",")) return null;
    }
  }
}

/** The beginning of a value in one line. */
export function previewJson(node: JsonNode, most = 80): string {
  let text = "";
  write(node);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;

  function write(node: JsonNode): void {
    if (text.length > most) return;
    if (node.type === "leaf") {
      text += node.text.slice(0, most + 1);
      return;
    }
    text += node.type === "object" ? "{" : "[";
    for (const [place, [key, value]] of node.entries.entries()) {
      if (text.length > most) return;
      text += `${place > 0 ? ", " : ""}${node.type === "object" ? `${key}: ` : ""}`;
      write(value);
    }
    text += node.type === "object" ? "}" : "]";
  }
}

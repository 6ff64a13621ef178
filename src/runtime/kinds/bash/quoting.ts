/** Quotes a text so that bash reads it as one word, whatever it holds. */
export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * What bash would read from the value of a `declare -p` line: `"a\$b"`, `$'\303\244'`, `word`, or pieces of these in a row.
 * Undefined for arrays, which have no single value.
 */
export function unquote(source: string): string | undefined {
  const bytes: number[] = [];
  const add = (text: string) => {
    for (const byte of Buffer.from(text)) bytes.push(byte);
  };
  let at = 0;
  while (at < source.length) {
    if (source.startsWith("$'", at)) {
      const end = ansiEnd(source, at + 2);
      readAnsi(source.slice(at + 2, end), bytes);
      at = end + 1;
    } else if (source[at] === "'") {
      const end = source.indexOf("'", at + 1);
      if (end < 0) return undefined;
      add(source.slice(at + 1, end));
      at = end + 1;
    } else if (source[at] === '"') {
      let text = "";
      for (at++; at < source.length && source[at] !== '"'; at++) {
        if (source[at] === "\\" && '"\\$`'.includes(source[at + 1] ?? " ")) at++;
        text += source[at];
      }
      add(text);
      at++;
    } else if (source[at] === "(") {
      return undefined;
    } else {
      const [word] = /^(?:\\[\s\S]|[^'"$\\]|\$(?!'))+/.exec(source.slice(at)) ?? [source.slice(at)];
      add(word.replace(/\\([\s\S])/g, "$1"));
      at += word.length;
    }
  }
  return Buffer.from(bytes).toString("utf8");
}

function ansiEnd(source: string, from: number): number {
  let at = from;
  while (at < source.length && source[at] !== "'") at += source[at] === "\\" ? 2 : 1;
  return Math.min(at, source.length);
}

const escapes: Readonly<Record<string, number>> = {a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, e: 27, E: 27};

function readAnsi(source: string, bytes: number[]): void {
  const pattern = /\\([0-7]{1,3})|\\x([0-9a-fA-F]{1,2})|\\([\s\S])|([^\\]+)/g;
  for (const [, octal, hex, letter, plain] of source.matchAll(pattern)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 255);
    else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (letter !== undefined && letter in escapes) bytes.push(escapes[letter]!);
    else for (const byte of Buffer.from(letter ?? plain ?? "")) bytes.push(byte);
  }
}

/** A secret as programs print it: quoted by a shell, escaped in JSON or a URL, in base64 and hexadecimal, line by line. */

/** To be counted up when other forms are found, or in another order: states of shells name them by their place. */
export const formsVersion = 1;

/** The distinct byte forms of a secret that are long enough to be told from other text. */
export function secretForms(value: string, shortest: number): readonly Buffer[] {
  const forms = new Set<string>();
  for (const part of [value, ...lines(value)]) {
    for (const form of textForms(part)) forms.add(form);
    for (const form of encodedForms(Buffer.from(part))) forms.add(form);
  }
  return [...forms].map((form) => Buffer.from(form)).filter(({length}) => length >= shortest);
}

/** A key of many lines is also found line by line, however the printer indents it. */
function lines(value: string): readonly string[] {
  const parts = value.split(/\r?\n/).map((line) => line.trim());
  return parts.length === 1 ? [] : [value.replaceAll("\n", "\r\n"), value.trim(), ...parts.filter(({length}) => length >= 8)];
}

function textForms(value: string): readonly string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const ascii = json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const percent = encodeURIComponent(wellFormed(value));
  const strict = percent.replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  const forms = [
    value,
    json,
    json.replaceAll("/", "\\/"),
    ascii,
    percent,
    strict,
    encodeURI(wellFormed(value)),
    value.replaceAll("'", "''"),
    escapePgpass(value),
    escapeXml(value)
  ];
  for (const encoded of [percent, strict])
    forms.push(
      encoded.replaceAll("%20", "+"),
      encoded.replace(/%[0-9A-F]{2}/g, (mark) => mark.toLowerCase())
    );
  return [...forms, ...shellForms(value)];
}

/** As `declare -p` writes it, `printf %q`, `${v@Q}`, `set -x` and `export -p`. */
function shellForms(value: string): readonly string[] {
  const inDouble = value.replace(/[\\"$`]/g, "\\$&");
  const inSingle = value.replaceAll("'", "'\\''");
  // printf %q: `#` and `~` are quoted only where they would mean something, which the text before the secret decides.
  const backslashed = value.replace(/[ \t\n"'\\|&;()<>!{}*[?\]^$`,]/g, "\\$&");
  const atWordStart = backslashed.replace(/^[#~]|(?<=[:=])~/g, "\\$&");
  const ansi = ansiC(value, (code) => code < 0x20 || code === 0x7f);
  // In the C locale everything beyond ASCII becomes octal.
  const octal = ansiC(Buffer.from(value).toString("latin1"), (code) => code < 0x20 || code >= 0x7f);
  return [inDouble, inSingle, backslashed, atWordStart, backslashed.replaceAll("\\,", ","), ansi, octal];
}

const ansiNames: Readonly<Record<string, string>> = {
  "\u0007": "a",
  "\b": "b",
  "\t": "t",
  "\n": "n",
  "\v": "v",
  "\f": "f",
  "\r": "r",
  "\u001b": "E"
};

function ansiC(value: string, isEscaped: (code: number) => boolean): string {
  return Array.from(value, (character) => {
    if (character === "\\" || character === "'") return `\\${character}`;
    const code = character.codePointAt(0)!;
    if (!isEscaped(code)) return character;
    const name = ansiNames[character];
    return name === undefined ? `\\${code.toString(8).padStart(3, "0")}` : `\\${name}`;
  }).join("");
}

function encodedForms(bytes: Buffer): readonly string[] {
  const hex = bytes.toString("hex");
  const forms = bytes.length >= 4 ? [hex, hex.toUpperCase()] : [];
  for (let before = 0; before < 3; before++) {
    const base64 = alignedBase64(bytes, before);
    if (base64.length >= 6) forms.push(base64, base64.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return forms;
}

/** The base64 digits that the secret alone decides when `before` unknown bytes stand in front of it in a group of three. */
function alignedBase64(bytes: Buffer, before: number): string {
  const digits = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
  const first = Math.ceil((before * 8) / 6);
  const last = Math.floor(((before + bytes.length) * 8) / 6);
  return digits.slice(first, last);
}

const escapePgpass = (value: string): string => value.replace(/[\\:]/g, "\\$&");
const escapeXml = (value: string): string =>
  value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
const wellFormed = (value: string): string =>
  value.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");

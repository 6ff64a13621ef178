/** `${NAME}` in a connection or a host: filled so that a value cannot change the shape of the URL or DSN it stands in. */

export interface TemplateUse {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

const USE = /\$\{([^}]*)\}/g;

export const findTemplates = (text: string): readonly TemplateUse[] =>
  [...text.matchAll(USE)].map((found) => ({name: found[1]!, start: found.index, end: found.index + found[0].length}));

/** Puts values in; alone in the text a value stands as it is, inside of more it is encoded for its place. */
export function fillTemplate(text: string, give: (name: string) => string): string {
  const uses = findTemplates(text);
  if (uses.length === 1 && uses[0]!.start === 0 && uses[0]!.end === text.length) return give(uses[0]!.name);
  let filled = "";
  let from = 0;
  for (const {name, start, end} of uses) {
    filled += text.slice(from, start) + encodeFor(text, start, give(name));
    from = end;
  }
  return filled + text.slice(from);
}

function encodeFor(text: string, at: number, value: string): string {
  const scheme = /^\w[\w+.-]*:\/\//.exec(text)?.[0];
  if (scheme === undefined) return text.includes("=") ? value.replace(/[\\'\s]/g, "\\$&") : value;
  const authorityEnd = indexOrEnd(text.slice(scheme.length).search(/[/?]/), scheme.length, text.length);
  const userEnd = text.lastIndexOf("@", authorityEnd);
  const inHost = at < authorityEnd && at > userEnd;
  return inHost ? value : encodeURIComponent(value);
}

const indexOrEnd = (index: number, shift: number, end: number): number => (index < 0 ? end : index + shift);

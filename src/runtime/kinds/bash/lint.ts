import type {Flaw} from "../../../model/kind.ts";
import type {Cell} from "../../../model/runbook.ts";

/** `<commit-hash>` where a person should put a value: to bash it is two redirections. */
export function findPlaceholders({source}: Cell): readonly Flaw[] {
  return codeLines(source).flatMap(({text, line}) =>
    [...text.matchAll(/(?<![<>&\d\w])<([A-Za-z][\w -]*)>(?=[\s./:@,;)|"']|$)/g)].map(
      (match): Flaw => ({
        rule: "bash-placeholder",
        severity: "warning",
        message: `${match[0]} looks like a placeholder, but bash reads from a file ${JSON.stringify(match[1])}; make it an input and write "$NAME"`,
        place: {line, column: match.index + 1}
      })
    )
  );
}

const endless: readonly (readonly [RegExp, string])[] = [
  [/\btail\s(?:[^|;&]*\s)?(?:-[a-zA-Z0-9]*[fF]\b|--follow\b|--retry\b)/, "tail -f"],
  [/\bjournalctl\s(?:[^|;&]*\s)?(?:-[a-zA-Z]*f[a-zA-Z]*\b|--follow\b)/, "journalctl -f"],
  [/\b(?:docker|podman|docker-compose|kubectl|oc)\s(?:[^|;&]*\s)?logs?\s(?:[^|;&]*\s)?(?:-[a-zA-Z]*f\b|--follow\b)/, "logs -f"],
  [/\bkubectl\s(?:[^|;&]*\s)?get\s(?:[^|;&]*\s)?(?:-w\b|--watch\b)/, "kubectl get -w"],
  [/(?:^|[;&|(]|\bsudo)\s*watch\s/, "watch"],
  [/(?:^|[;&|(]|\bsudo)\s*(?:less|more|man|top|htop|vi|vim|nano|emacs|psql\s*$)(?:\s|$)/, "a program for a terminal"],
  [/\bping\s(?![^|;&]*-[a-zA-Z0-9]*[cw])/, "ping"]
];

/** Commands that follow something for ever or wait for a person, in a cell that does not say when it is over. */
export function findEndless({source, options: {ready, background, tty}}: Cell): readonly Flaw[] {
  if (ready !== null || background || tty) return [];
  return codeLines(source).flatMap(({text, line}): readonly Flaw[] => {
    const found = endless.find(([pattern]) => pattern.test(text));
    if (!found || /\btimeout\s|\|\s*head\b/.test(text)) return [];
    const [pattern, name] = found;
    const remedy =
      name === "a program for a terminal"
        ? "give the cell tty, or print the text with cat"
        : 'end it with ready="regex", a timeout in the command, or print once';
    return [
      {
        rule: "bash-endless",
        severity: "warning",
        message: `${name} never ends by itself here: ${remedy}`,
        place: {line, column: (pattern.exec(text)?.index ?? 0) + 1}
      }
    ];
  });
}

/** The lines that are commands: no comments, no here-documents, and blanks in place of quoted text. */
function codeLines(source: string): readonly {readonly text: string; readonly line: number}[] {
  const lines: {text: string; line: number}[] = [];
  let until: string | null = null;
  let quote = "";
  source.split("\n").forEach((raw, index) => {
    if (until !== null) {
      if (raw.trim() === until) until = null;
      return;
    }
    const heredoc = /<<-?\s*(["']?)([\w-]+)\1/.exec(raw);
    let text = "";
    for (let at = 0; at < raw.length; at++) {
      const letter = raw[at]!;
      if (quote) {
        if (letter === quote) quote = "";
        else if (letter === "\\" && quote === '"') at++;
        text = text.padEnd(at + 1);
      } else if (letter === "#" && (at === 0 || /\s/.test(raw[at - 1]!))) break;
      else {
        if (letter === "\\") at++;
        else if (letter === '"' || letter === "'") quote = letter;
        text += letter === '"' || letter === "'" ? " " : raw.slice(text.length, at + 1);
      }
    }
    if (heredoc && !quote) until = heredoc[2]!;
    lines.push({text, line: index + 1});
  });
  return lines;
}

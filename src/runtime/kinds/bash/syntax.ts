import {spawn} from "node:child_process";
import type {Flaw} from "../../../model/kind.ts";

/** What bash says of each text when it only reads it. One bash for all of them; none where no text can be wrong. */
export async function checkSyntax(texts: readonly string[]): Promise<readonly (readonly Flaw[])[]> {
  const flaws: (readonly Flaw[])[] = texts.map((text) => (text.includes("\0") ? [nulFlaw(text)] : []));
  const doubtful = texts.flatMap((text, index) => (text.includes("\0") || isSimple(text) ? [] : [index]));
  if (doubtful.length === 0) return flaws;
  const said = await ask(doubtful.map((index) => texts[index]!));
  doubtful.forEach((index, position) => {
    flaws[index] = toFlaws(said[position] ?? "", texts[index]!);
  });
  return flaws;
}

/*
 * Each text is read in a copy of the shell whose first command is `set -n`: from there on bash parses and executes nothing,
 * and nothing can switch that off again. extglob is on, because an earlier cell may have switched it on.
 */
const program = `shopt -s extglob; mapfile -d "" -t texts; for i in "\${!texts[@]}"; do (eval "set -n"$'\\n'"\${texts[i]}"); printf "\\0"; done`;

function ask(texts: readonly string[]): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const env = {PATH: process.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C"};
    const child = spawn("bash", ["--noprofile", "--norc", "-c", `exec 2>&1; ${program}`, "bash"], {env, stdio: ["pipe", "pipe", "ignore"]});
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.once("error", () => resolve([])); // no bash: the cells will say so
    child.once("close", () => resolve(Buffer.concat(chunks).toString("utf8").split("\0")));
    child.stdin.on("error", () => {}); // it ended early
    child.stdin.end(texts.map((text) => `${text}\0`).join(""));
  });
}

function toFlaws(said: string, text: string): readonly Flaw[] {
  const last = text.split("\n").length;
  const flaws: Flaw[] = [];
  for (const line of said.split("\n")) {
    const [, at, message] = /^bash: (?:eval: )?line (\d+): ([\s\S]*)$/.exec(line) ?? [];
    if (at === undefined || message === undefined || /^[`]/.test(message)) continue; // the second line of a message repeats the text
    const place = {line: Math.max(1, Math.min(Number(at) - 1, last)), column: null};
    const heredoc = /^warning: here-document at line (\d+) delimited by end-of-file \(wanted `(.*)'\)/.exec(message);
    if (heredoc) {
      const [, from, word] = heredoc;
      flaws.push({
        rule: "bash-heredoc",
        severity: "error", // bash would take the rest of the cell for data, and pass
        message: `the here-document is not closed: no line is ${JSON.stringify(word)}`,
        place: {line: Math.max(1, Number(from) - 1), column: null}
      });
    } else if (!flaws.some(({rule}) => rule === "bash-syntax")) flaws.push({rule: "bash-syntax", severity: "error", message, place});
  }
  return flaws;
}

const nulFlaw = (text: string): Flaw => ({
  rule: "bash-syntax",
  severity: "error",
  message: "bash cannot read a NUL character",
  place: {line: text.slice(0, text.indexOf("\0")).split("\n").length, column: null}
});

const reserved = /^\s*(?:if|then|else|elif|fi|for|while|until|do|done|case|esac|select|function|coproc|time|in|!)(?:\s|$)/;
const plain = /^[\w\s./:=,+@%^~*?$-]*$/;
/** A text of plain words and whole quotes on each line has no syntax that could be wrong. */
const isSimple = (text: string): boolean =>
  text
    .split("\n")
    .every(
      (line) => /^\s*(#.*)?$/.test(line) || (!reserved.test(line) && plain.test(line.replace(/"[\w\s./:=,+@%^~*?-]*"|'[^'\\]*'/g, "")))
    );

import type {Assessment} from "../../../../model/kind.ts";
import type {Cell} from "../../../../model/runbook.ts";
import {dangerousNames} from "./dangers.ts";
import type {Finding} from "./finding.ts";
import {foreignLanguages} from "./foreign-code.ts";
import {loadGrammar} from "./grammar.ts";
import {judgeText} from "./judge.ts";

/** What a cell would destroy, and what nobody can know before it runs. */
export const assessBash = ({source}: Cell, variables: readonly string[]): Promise<Assessment> => assessShell(source, variables);

export async function assessShell(source: string, variables: readonly string[]): Promise<Assessment> {
  if (isPlain(source)) return {verdict: "harmless", reasons: [], unknown: [], names: mentioned(source, variables)};
  const parse = await loadGrammar();
  const findings = [...(await judgeText(source, parse))].sort((a, b) => a.line - b.line);
  const reasons = sentences(findings, "destructive");
  const unknown = sentences(findings, "unknown");
  if (parse(source).hasError) unknown.push("not all of the text was understood");
  const verdict = reasons.length > 0 ? "destructive" : unknown.length > 0 ? "unknown" : "harmless";
  if (verdict !== "harmless") unknown.push(...substitutions(source, parse));
  return {verdict, reasons, unknown, names: mentioned(source, variables)};
}

const sentences = (findings: readonly Finding[], type: Finding["type"]): string[] => [
  ...new Set(findings.filter((finding) => finding.type === type).map(({line, what}) => `line ${line}: ${what}`))
];

/** What a person who confirms should know: values that only the shell will have, and text that comes from elsewhere. */
function substitutions(source: string, parse: (text: string) => ReturnType<Awaited<ReturnType<typeof loadGrammar>>>): readonly string[] {
  const root = parse(source);
  const found: string[] = [];
  for (const node of root.descendantsOfType("command_substitution"))
    if (node) found.push(`line ${node.startPosition.row + 1}: what ${short(node.text)} gives`);
  for (const node of root.descendantsOfType("command")) {
    const name = node?.childForFieldName("name")?.text;
    if (name === "source" || name === ".")
      found.push(
        `line ${node!.startPosition.row + 1}: what ${short(node!.childrenForFieldName("argument")[0]?.text ?? "a file")} does when it is sourced`
      );
  }
  return [...new Set(found)];
}
const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text);

/** Run variables that the text names in any way; programs of PostgreSQL also read PG* by themselves. */
function mentioned(source: string, variables: readonly string[]): readonly string[] {
  const reads = /\b(psql|pg_\w+|dropdb|createdb|dropuser|createuser|vacuumdb|reindexdb|clusterdb)\b/.test(source);
  return variables.filter(
    (name) => new RegExp(`(?<![A-Za-z0-9_])${name}(?![A-Za-z0-9_])`).test(source) || (reads && /^PG[A-Z]+$/.test(name))
  );
}

const wrappers =
  "sudo doas env nice ionice nohup setsid time timeout stdbuf chrt taskset xargs parallel watch exec builtin command coproc gosu su su-exec chroot flock strace ltrace unshare nsenter systemd-run busybox chpst runuser bash sh dash zsh ksh ash rbash eval ssh trap alias psql pgcli vsql source".split(
    " "
  );
const noted = new RegExp(
  `(?<![\\w-])(?:${[...wrappers, ...dangerousNames, ...foreignLanguages.map((name) => `${name}[\\d.]*`), "mkfs\\.\\w+", "/etc/init\\.d"].map((name) => name.replaceAll(".", "\\.").replaceAll("\\\\.", "\\.")).join("|")})(?![\\w])|(?<!\\S)\\.\\s|/dev/`
);
const start = `(?:^|[;&|(){}!\\n\`]|\\b(?:then|do|else|elif|if|while|until)\\b)[ \\t]*(?:[A-Za-z_]\\w*=\\S*[ \\t]+)*`; // where a command's name can stand
const computed = new RegExp(`${start}["']?[$\`]|${start}[^\\s;&|()=#]*["'\\\\]`, "m");

/** True if no word of the text can be the name of a command that matters, and no command's name is made by the shell. */
export const isPlain = (source: string): boolean => !noted.test(source) && !computed.test(source);

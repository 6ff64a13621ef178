/** The fences of a chapter that claim something, as `docs/README.md` describes their marks. */
import {existsSync, readFileSync} from "node:fs";
import {dirname, join} from "node:path";

import type {Root} from "mdast";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import {unified} from "unified";
import {visit} from "unist-util-visit";

export type Example =
  | {
      readonly type: "document";
      readonly line: number;
      readonly text: string;
      readonly broken: boolean;
      readonly file: string | null;
      readonly exit: number | null /* null: not executed */;
    }
  | {readonly type: "commands"; readonly line: number; readonly commands: readonly Command[]; readonly exit: number};
export interface Command {
  readonly command: string;
  readonly printed: readonly string[]; // empty: nothing is promised
}

const markdown = unified().use(remarkParse).use(remarkGfm);

export function readExamples(path: string): readonly Example[] {
  const examples: Example[] = [];
  visit(parse(path), "code", (code) => {
    const line = code.position?.start.line ?? 0;
    const marks = (code.meta ?? "").split(/\s+/).filter(Boolean);
    const exit = Number(markOf(marks, "exit") ?? 0);
    const run = marks.includes("run");
    if (code.lang === "md")
      examples.push({
        type: "document",
        line,
        text: `${code.value}\n`,
        broken: marks.includes("broken"),
        file: markOf(marks, "file"),
        exit: run ? exit : null
      });
    else if (code.lang === "console" && run) examples.push({type: "commands", line, commands: readCommands(code.value), exit});
  });
  return examples;
}

/** Links of the page to files that do not exist. */
export function deadLinks(path: string): readonly string[] {
  const dead: string[] = [];
  visit(parse(path), (node) => {
    if (node.type !== "link" && node.type !== "image") return;
    const file = decodeURI(node.url.split("#")[0]!);
    if (file !== "" && !/^[a-z]+:/.test(file) && !existsSync(join(dirname(path), file)))
      dead.push(`line ${node.position?.start.line}: ${node.url}`);
  });
  return dead;
}

/** What differs between what was promised and what was printed; null when nothing does. */
export function compare(promised: readonly string[], printed: string): string | null {
  if (promised.length === 0) return null;
  const pattern = promised
    .map((line) => (line.trim() === "…" ? "(?:.*\n)*?" : `${line.trimEnd().split("…").map(literally).join(".*")} *\n`))
    .join("");
  return new RegExp(`^${pattern}$`).test(`${printed.trimEnd()}\n`) ? null : `promised\n${promised.join("\n")}\n\nprinted\n${printed}`;
}

const parse = (path: string): Root => markdown.parse(readFileSync(path, "utf8"));
const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const markOf = (marks: readonly string[], name: string): string | null =>
  marks.find((mark) => mark.startsWith(`${name}=`))?.slice(name.length + 1) ?? null;

function readCommands(text: string): readonly Command[] {
  const commands: {command: string; printed: string[]}[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("$ ")) commands.push({command: line.slice(2), printed: []});
    else commands.at(-1)?.printed.push(line);
  }
  return commands;
}

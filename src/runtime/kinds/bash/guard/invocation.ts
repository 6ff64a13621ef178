import type {Node} from "web-tree-sitter";
import {readHeredoc, toWord, type Word} from "./word.ts";

/** A command that a text calls, wherever in it. */
export interface Invocation {
  readonly words: readonly Word[];
  readonly input: Input;
  readonly line: number;
}
/** What it reads. `unknown` says what comes from where: "what gunzip -c dump.gz writes". */
export type Input =
  | {readonly type: "none"}
  | {readonly type: "text"; readonly text: string; readonly line: number}
  | {readonly type: "unknown"; readonly what: string};

const none: Input = {type: "none"};

/** Every command of a tree: in conditions, loops, functions and substitutions, too. */
export function findInvocations(root: Node): readonly Invocation[] {
  return root.descendantsOfType("command").flatMap((node) => {
    if (!node) return [];
    const name = node.childForFieldName("name");
    if (!name) return [];
    const words = [toWord(name), ...argumentsOf(node)];
    return [{words, input: inputOf(node), line: name.startPosition.row + 1}];
  });
}

function argumentsOf(node: Node): readonly Word[] {
  const words = node.childrenForFieldName("argument").flatMap((child) => (child ? [toWord(child)] : []));
  // words after a redirection stand inside it: psql <<EOF -d shop, cmd > file arg
  const redirected = node.parent?.type === "redirected_statement" ? node.parent.childrenForFieldName("redirect") : [];
  for (const redirect of redirected) {
    for (const child of redirect?.childrenForFieldName("argument") ?? []) {
      if (child && child.startPosition.row === redirect!.startPosition.row) words.push(toWord(child));
    }
    const [, ...more] = redirect?.type === "file_redirect" ? redirect.childrenForFieldName("destination") : [];
    for (const child of more) if (child) words.push(toWord(child));
  }
  return words;
}

function inputOf(node: Node): Input {
  for (let at: Node | null = node; at; at = at.parent) {
    const own =
      at === node ? at.childrenForFieldName("redirect") : at.type === "redirected_statement" ? at.childrenForFieldName("redirect") : [];
    for (const redirect of own.toReversed()) {
      const found = redirect ? fromRedirect(redirect) : null;
      if (found) return found;
    }
    const {parent} = at;
    if (!parent || parent.type === "program" || parent.type === "command_substitution" || parent.type === "process_substitution")
      return none;
    if (parent.type === "pipeline") {
      const stages = parent.namedChildren.filter((child) => child !== null && child.type !== "comment");
      const index = stages.findIndex((stage) => stage?.id === at!.id);
      if (index > 0) return fromWriter(stages[index - 1]!);
      // cat <<EOF | psql: the grammar keeps the rest of the pipeline inside the redirection
      if (parent.parent?.type === "heredoc_redirect") return fromHolder(parent.parent);
    } else if (parent.type === "heredoc_redirect") return fromHolder(parent);
  }
  return none;
}

function fromHolder(heredoc: Node): Input {
  const body = heredoc.parent?.childForFieldName("body");
  if (body?.type === "command" && isPlainCat(body)) return readHeredocInput(heredoc);
  return {type: "unknown", what: `what ${shorten(body?.text ?? "a command")} writes`};
}

function fromRedirect(redirect: Node): Input | null {
  if (redirect.type === "heredoc_redirect") return readHeredocInput(redirect);
  if (redirect.type === "herestring_redirect") {
    const value = redirect.namedChildren.at(-1);
    if (!value) return null;
    const word = toWord(value);
    return {type: "text", text: word.text, line: word.line};
  }
  if (redirect.type !== "file_redirect" || !/^0?<(?![&(])/.test(redirect.text)) return null;
  const file = redirect.childForFieldName("destination");
  if (file?.type === "process_substitution") return {type: "unknown", what: `what ${shorten(file.text)} writes`};
  return file?.text === "/dev/null" ? none : {type: "unknown", what: `what ${file?.text ?? "a file"} holds`};
}

function readHeredocInput(redirect: Node): Input {
  const start = redirect.namedChildren.find((child) => child?.type === "heredoc_start");
  const body = redirect.namedChildren.find((child) => child?.type === "heredoc_body") ?? null;
  // a first line that begins with a backslash, like \i file, is taken for arguments by the grammar
  const strays = redirect.childrenForFieldName("argument").filter((child) => child && child.startPosition.row > redirect.startPosition.row);
  const line = (strays[0] ?? body ?? redirect).startPosition.row + 1;
  const first = strays.length > 0 ? `${strays.map((child) => child!.text).join(" ")}\n` : "";
  return {type: "text", text: first + readHeredoc(body, /['"\\]/.test(start?.text ?? "")), line};
}

/** What a command in front of a pipe writes, as far as its text says. */
function fromWriter(stage: Node): Input {
  const command = stage.type === "redirected_statement" ? stage.childForFieldName("body") : stage;
  const name = command?.type === "command" ? command.childForFieldName("name")?.text : undefined;
  const redirects = stage.type === "redirected_statement" ? stage.childrenForFieldName("redirect") : [];
  const heredoc = redirects.find((redirect) => redirect?.type === "heredoc_redirect" || redirect?.type === "herestring_redirect");
  if (command && heredoc && isPlainCat(command)) return fromRedirect(heredoc)!;
  if (command && (name === "echo" || name === "printf") && redirects.length === 0) {
    const words = argumentsOf(command).filter(({text}) => !/^-[neE]+$/.test(text));
    const [first] = words;
    if (!first) return none;
    const texts = words.map(({text}) => text);
    return {type: "text", text: (name === "printf" ? format(texts) : texts.join(" ")).replace(/\\n/g, "\n"), line: first.line};
  }
  return {type: "unknown", what: `what ${shorten(stage.text)} writes`};
}

/** printf: the format again and again until no value is left. */
function format([pattern = "", ...values]: readonly string[]): string {
  let text = "";
  do text += pattern.replace(/%(?:%|[-+ #0-9.]*[a-zA-Z])/g, (sign) => (sign === "%%" ? "%" : (values.shift() ?? "")));
  while (values.length > 0 && /%[^%]/.test(pattern));
  return text;
}

const isPlainCat = (command: Node): boolean =>
  command.childForFieldName("name")?.text === "cat" && command.childrenForFieldName("argument").every((word) => word?.text === "-");

export const shorten = (text: string): string => {
  const [line = ""] = text.split("\n");
  return line.length > 80 || line !== text ? `${line.slice(0, 79)}…` : line;
};

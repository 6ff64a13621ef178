import {findDanger} from "./dangers.ts";
import {isDataFolder, isDevice} from "./disk-dangers.ts";
import type {Finding} from "./finding.ts";
import {judgeForeignCode} from "./foreign-code.ts";
import type {Grammar} from "./grammar.ts";
import {findInvocations, type Input, type Invocation, shorten} from "./invocation.ts";
import {judgePsql} from "./psql.ts";
import {hole, isKnown, toWord, type Word} from "./word.ts";
import {unwrap} from "./wrappers.ts";

const deepest = 12;
const psqlLike = new Set(["psql", "pgcli", "vsql", "psql.exe"]);

/** What a text of bash would destroy. `firstLine` is where the text stands in the cell. */
export async function judgeText(
  text: string,
  parse: Grammar,
  firstLine = 1,
  depth = 0,
  given: Input = {type: "none"}
): Promise<readonly Finding[]> {
  const at = (finding: Finding): Finding => ({...finding, line: finding.line + firstLine - 1});
  if (depth > deepest) return [{type: "unknown", what: "commands nested too deep to follow", line: firstLine}];
  const root = parse(text);
  const findings: Finding[] = [];
  const values = findValues(root);
  for (const invocation of findInvocations(root)) {
    const input = invocation.input.type === "none" ? given : invocation.input;
    findings.push(...(await judgeInvocation(resolve({...invocation, input}, values), parse, depth)));
  }
  for (const redirect of root.descendantsOfType("file_redirect")) {
    const target = redirect?.childForFieldName("destination");
    if (!target || !/^(\d|&)?>/.test(redirect!.text)) continue;
    const {text: path, line} = toWord(target);
    if (isDevice(path)) findings.push({type: "destructive", what: `${shorten(redirect!.text)} writes over a device`, line});
  }
  for (const alias of root.descendantsOfType("command")) {
    if (alias?.childForFieldName("name")?.text !== "alias") continue;
    for (const node of alias.childrenForFieldName("argument")) {
      const word = node && toWord(node);
      const value = word?.text.replace(/^[^=]*=?/, "");
      if (word && value) findings.push(...(await judgeText(value, parse, word.line, depth + 1)));
    }
  }
  return findings.map(at);
}

async function judgeInvocation(invocation: Invocation, parse: Grammar, depth: number): Promise<readonly Finding[]> {
  const {words, input, line} = invocation;
  const [first] = words;
  if (!first || first.text === "") return [];
  if (!isKnown(first)) return [{type: "unknown", what: `which command ${shorten(first.source)} is`, line}];
  if (depth > deepest) return [{type: "unknown", what: "commands nested too deep to follow", line}];
  const name = baseName(first.text);
  if (psqlLike.has(name)) return judgePsql(invocation);
  const findings: Finding[] = [...judgeForeignCode(name, invocation)];
  const danger =
    findDanger(
      name,
      words.slice(1).map(({text}) => text)
    ) ??
    dataDanger(name, words) ??
    initDanger(first.text, words);
  if (danger) findings.push({type: "destructive", what: `${shorten(words.map(({source}) => source).join(" "))}: ${danger}`, line});
  const verb = findVerb(name, words);
  const inner = verb ? unwrap(verb.name, verb.words) : unwrap(name, words);
  switch (inner?.type) {
    case "words":
      findings.push(...(await judgeInvocation(toInner(name, inner.words, input, line), parse, depth + 1)));
      break;
    case "text":
      if (inner.words[0]) findings.push(...(await judgeWords(name, inner.words, parse, inner.words[0].line, depth + 1, input)));
      break;
    case "input":
      if (input.type === "text") findings.push(...(await judgeFilled(input.text, parse, input.line, depth + 1)));
      else if (input.type === "unknown") findings.push({type: "unknown", what: `${input.what}, which ${name} executes`, line});
      break;
  }
  return findings;
}

/** The text that the words make, unless nothing of it can be read here. */
async function judgeWords(
  wrapper: string,
  words: readonly Word[],
  parse: Grammar,
  line: number,
  depth: number,
  input: Input
): Promise<readonly Finding[]> {
  if (words.every(({text}) => text === hole))
    return [{type: "unknown", what: `what ${shorten(words.map(({source}) => source).join(" "))} holds, which ${wrapper} executes`, line}];
  return judgeFilled(words.map(({text}) => text).join(" "), parse, line, depth, input);
}

/** A hole in a text for a shell becomes a variable that nobody knows, and nobody is to read its name. */
async function judgeFilled(text: string, ...more: Tail<Parameters<typeof judgeText>>): Promise<readonly Finding[]> {
  const findings = await judgeText(text.replaceAll(hole, filling), ...more);
  return findings.map((finding) => ({...finding, what: finding.what.replaceAll(filling, "…")}));
}
const filling = "$__unknown";
type Tail<T extends readonly unknown[]> = T extends [unknown, ...infer Rest] ? Rest : never;

/** xargs, parallel and find put what only they know where {} stands. */
function toInner(wrapper: string, words: readonly Word[], input: Input, line: number): Invocation {
  const feeds = /^(xargs|parallel)$/.test(wrapper);
  const filled =
    feeds || wrapper === "find" || wrapper === "fd" ? words.map((word) => ({...word, text: word.text.replaceAll("{}", hole)})) : words;
  return {words: filled, input: feeds ? {type: "none"} : input, line: words[0]?.line ?? line};
}

const baseName = (text: string): string => text.slice(text.lastIndexOf("/") + 1);

/** Words written with $PGDATA and the like: their text is unknown, their meaning is not. */
function dataDanger(name: string, words: readonly Word[]): string | undefined {
  if (name !== "rm" && name !== "mv") return undefined;
  const moved = name === "mv" ? words.slice(1, -1) : words.slice(1);
  return moved.some(({text, source}) => isDataFolder(text, source))
    ? `${name === "mv" ? "moves" : "removes"} files of a database`
    : undefined;
}

const initDanger = (path: string, words: readonly Word[]): string | undefined =>
  path.startsWith("/etc/init.d/") && /^(stop|restart)$/.test(words[1]?.text ?? "") ? "stops a service" : undefined;

/** docker exec, docker compose run, kubectl exec: the command of a tool that runs another. */
function findVerb(name: string, words: readonly Word[]): {readonly name: string; readonly words: readonly Word[]} | null {
  const tool = /^(docker|podman|nerdctl)$/.test(name)
    ? "docker"
    : /^(docker|podman)-compose$/.test(name)
      ? "docker-compose"
      : /^(kubectl|oc)$/.test(name)
        ? "kubectl"
        : null;
  if (!tool) return null;
  const composed = tool === "docker" && words.some(({text}, at) => at > 0 && at < 4 && text === "compose");
  const at = words.findIndex(({text}, index) => index > 0 && /^(exec|run)$/.test(text));
  return at < 0 ? null : {name: `${composed ? "docker-compose" : tool} ${words[at]!.text}`, words: words.slice(at)};
}

/** Variables that the text itself sets, once, to a known value: PSQL="psql -X". */
function findValues(root: ReturnType<Grammar>): ReadonlyMap<string, string | null> {
  const values = new Map<string, string | null>();
  for (const node of root.descendantsOfType(["variable_assignment", "for_statement"])) {
    const name = node?.childForFieldName(node.type === "for_statement" ? "variable" : "name")?.text;
    const value = node?.type === "for_statement" ? null : node?.childForFieldName("value");
    if (!name) continue;
    const word = value ? toWord(value) : null;
    values.set(name, values.has(name) || !word || !isKnown(word) || node!.text.includes("+=") ? null : word.text);
  }
  return values;
}

/** `$PSQL -c …` becomes `psql -X -c …` where the cell says what PSQL is. */
function resolve(invocation: Invocation, values: ReadonlyMap<string, string | null>): Invocation {
  const [first, ...rest] = invocation.words;
  const name = /^"?\$\{?(\w+)\}?"?$/.exec(first?.source ?? "")?.[1];
  const value = name === undefined ? null : values.get(name);
  if (!first || !value) return invocation;
  const words = value
    .trim()
    .split(/\s+/)
    .map((text) => ({...first, text}));
  return {...invocation, words: [...words, ...rest]};
}

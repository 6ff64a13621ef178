import type {Yaml} from "mdast";
import * as v from "valibot";
import type {Node, Pair} from "yaml";
import {parseDuration} from "../expression/duration.ts";
import {lazily} from "../expression/lazily.ts";
import {choices} from "../model/nearest.ts";
import type {Connection, Host, Settings, Span} from "../model/runbook.ts";
import {type Frontmatter, frontmatter} from "./frontmatter-schema.ts";
import {DEFAULT_TIMEOUT_MS} from "./options.ts";
import {type Report, type Source, spanOf} from "./source.ts";

const library = lazily<typeof import("yaml")>("yaml");

export interface Head {
  readonly title: string | null;
  readonly owner: string | null;
  readonly revision: string | null;
  readonly timeoutMs: number | null;
  readonly settings: Settings;
}

const NOTHING: Settings = {connections: {}, hosts: {}, secrets: [], requires: [], files: [], drillEveryMs: null};
export const noHead: Head = {title: null, owner: null, revision: null, timeoutMs: DEFAULT_TIMEOUT_MS, settings: NOTHING};

/** Reads the YAML head; what is wrong is reported at its place, and the rest is still used. */
export function readFrontmatter(node: Yaml | null, source: Source, report: Report): Head {
  if (node === null) {
    // Without a closing line Markdown takes the opening one for a rule.
    if (source.line(1).trimEnd() === "---" && /^[A-Za-z_]+:/.test(source.line(2)))
      report.add("frontmatter-syntax", "the frontmatter is not closed; a line --- ends it", source.span(0, 3));
    return noHead;
  }
  const yaml = new Yamled(node, source);
  const {errors, contents} = yaml.document;
  for (const error of errors)
    report.add(
      "frontmatter-syntax",
      error.message
        .split("\n")[0]!
        .replace(/ at line \d+, column \d+:?$/, "")
        .replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()),
      yaml.span(error.pos[0], error.pos[1])
    );
  if (errors.length > 0 || contents === null) return noHead;
  if (!library().isMap(contents)) {
    report.add("frontmatter-syntax", 'the frontmatter must be a list of keys, such as "title: Restore"', spanOf(node.position!));
    return noHead;
  }
  let value: unknown;
  try {
    value = yaml.document.toJS({maxAliasCount: 50});
  } catch (error) {
    report.add("frontmatter-syntax", (error as Error).message, spanOf(node.position!));
    return noHead;
  }
  return complete(check(value, yaml, report), yaml, report);
}

/** The frontmatter's YAML with its places in the document. */
class Yamled {
  readonly document;
  readonly #from: number;
  readonly #source: Source;

  constructor(node: Yaml, source: Source) {
    this.#source = source;
    this.#from = source.text.indexOf("\n", node.position!.start.offset!) + 1;
    this.document = library().parseDocument(node.value, {lineCounter: new (library().LineCounter)(), prettyErrors: true, uniqueKeys: true});
  }

  span(from: number, to: number): Span {
    return this.#source.span(this.#from + from, this.#from + Math.max(from, to));
  }

  /** Where the value at this path stands, or its key. */
  place(path: readonly unknown[], of: "key" | "value"): Span {
    const {isMap, isNode, isScalar} = library();
    let node: unknown = this.document.contents;
    let key: unknown = null;
    for (const step of path) {
      const pair: Pair | undefined = isMap(node)
        ? node.items.find(({key: found}) => isScalar(found) && String(found.value) === String(step))
        : undefined;
      key = pair?.key ?? null;
      node = pair ? pair.value : ((node as {get?: (key: unknown, keep: boolean) => unknown} | null)?.get?.(step, true) ?? node);
    }
    const found = of === "key" && isNode(key) ? key : isNode(node) ? node : isNode(key) ? key : this.document.contents;
    const range = (found as Node | null)?.range;
    return range ? this.span(range[0], range[1]) : this.span(0, 0);
  }
}

/** The parts that are as they should be. */
function check(value: unknown, yaml: Yamled, report: Report): Frontmatter {
  const result = v.safeParse(frontmatter, value);
  if (result.success) return result.output;
  const good = structuredClone(value) as Record<string, unknown>;
  for (const issue of flatten(result.issues)) {
    const path = (issue.path ?? []).map(({key}) => key);
    const unknown = issue.type === "strict_object" && issue.expected === "never";
    if (unknown) report.add("frontmatter-key", unknownKey(path), yaml.place(path, "key"));
    else report.add("frontmatter-value", wrongValue(issue, path), yaml.place(path, issue.path?.at(-1)?.origin === "key" ? "key" : "value"));
    remove(good, path);
  }
  const again = v.safeParse(frontmatter, good);
  return again.success ? again.output : {};
}

type Issue = v.BaseIssue<unknown>;

/** Of a union the branch that comes nearest: a mapping is judged as the long form. */
function flatten(issues: readonly Issue[]): readonly Issue[] {
  return issues.flatMap((issue): readonly Issue[] => {
    if (issue.type !== "union" || issue.issues === undefined || typeof issue.input !== "object" || issue.input === null) return [issue];
    const inner = (issue.issues as readonly Issue[]).filter(({type, path}) => type !== "string" || (path?.length ?? 0) > 0);
    return inner.map((found) => ({...found, path: [...(issue.path ?? []), ...(found.path ?? [])]}) as Issue);
  });
}

function unknownKey(path: readonly unknown[]): string {
  const name = String(path.at(-1));
  const known =
    path.length === 1
      ? Object.keys(frontmatter.entries)
      : path[0] === "connections"
        ? ["url", "readonly", "role", "system_identifier", "database"]
        : path[0] === "defaults"
          ? ["timeout"]
          : ["every"];
  const where = path.length === 1 ? "" : ` in "${path.slice(0, -1).join(".")}"`;
  return `unknown key "${name}"${where}${choices(name, known)}`;
}

function wrongValue(issue: Issue, path: readonly unknown[]): string {
  const name = path.join(".");
  const {requirement} = issue as {requirement?: unknown};
  const wanted = DESCRIPTIONS.get(String(requirement)) ?? describe(path) ?? issue.expected?.toLowerCase() ?? "something else";
  if (issue.received === "undefined") return `"${name}" is missing`;
  if (issue.path?.at(-1)?.origin === "key") return `"${path.at(-1)}" is no name: letters, digits, - and _`;
  return `"${name}" must be ${wanted}, not ${JSON.stringify(issue.input)?.slice(0, 60)}`;
}

const DESCRIPTIONS: ReadonlyMap<string, string> = new Map();

/** The description of the schema at a path. */
function describe(path: readonly unknown[]): string | null {
  let schema: unknown = frontmatter;
  for (const key of path) {
    while ((schema as {wrapped?: unknown}).wrapped) schema = (schema as {wrapped: unknown}).wrapped;
    const at = schema as {entries?: Record<string, unknown>; value?: unknown; item?: unknown; options?: readonly unknown[]};
    const long = at.options?.find((option) => (option as {entries?: unknown}).entries) as typeof at | undefined;
    schema = at.entries?.[String(key)] ?? at.value ?? at.item ?? long?.entries?.[String(key)];
    if (schema === undefined) return null;
  }
  while ((schema as {wrapped?: unknown}).wrapped) schema = (schema as {wrapped: unknown}).wrapped;
  const {pipe, type} = schema as {pipe?: readonly {type: string; description?: string}[]; type?: string};
  const said = pipe?.find((action) => action.type === "description")?.description;
  if (said !== undefined) return said;
  if (type === "array") return "a list";
  return type === "union" ? 'a connection: "embedded", a URL, or {url: …, role: …}' : "a mapping of keys to values";
}

function remove(from: unknown, path: readonly unknown[]): void {
  let holder = from;
  for (const key of path.slice(0, -1)) holder = (holder as Record<string, unknown> | undefined)?.[String(key)];
  if (Array.isArray(holder)) holder.splice(Number(path.at(-1)), 1);
  else if (holder !== null && typeof holder === "object") delete (holder as Record<string, unknown>)[String(path.at(-1))];
}

function complete(head: Frontmatter, yaml: Yamled, report: Report): Head {
  const connections: Record<string, Connection> = {};
  for (const [name, written] of Object.entries(head.connections ?? {})) {
    const {
      url,
      readonly = false,
      role = null,
      system_identifier = null,
      database = null
    } = typeof written === "string" ? {url: written} : written;
    const span = yaml.place(["connections", name], "value");
    for (const text of [url, system_identifier, database]) checkTemplate(text, report, span);
    connections[name] = {name, url, readonly, role, systemIdentifier: system_identifier, database, span};
  }
  const hosts: Record<string, Host> = {};
  for (const [name, url] of Object.entries(head.hosts ?? {})) {
    const span = yaml.place(["hosts", name], "value");
    checkTemplate(url, report, span);
    hosts[name] = {name, url, span};
  }
  const timeout = head.defaults?.timeout;
  return {
    title: head.title ?? null,
    owner: head.owner ?? null,
    revision: head.revision ?? null,
    timeoutMs: timeout === undefined ? DEFAULT_TIMEOUT_MS : timeout === "none" ? null : parseDuration(timeout),
    settings: {
      connections,
      hosts,
      secrets: head.secrets ?? [],
      requires: (head.requires ?? []).map((text, place) => {
        const [program = text, atLeast = null] = text.split(/ *>= */);
        return {program, atLeast, span: yaml.place(["requires", place], "value")};
      }),
      files: head.files ?? [],
      drillEveryMs: head.drill ? parseDuration(head.drill.every) : null
    }
  };
}

/** `${NAME}` is all that a template knows. */
function checkTemplate(text: string | null, report: Report, span: Span): void {
  for (const [whole, name, end] of (text ?? "").matchAll(/\$\{([^}]*)(\}?)/g)) {
    if (end === "}" && /^[A-Za-z_][A-Za-z0-9_]*$/.test(name!)) continue;
    report.add("frontmatter-value", `"${whole}" is no template; it is \${NAME}, with nothing else in the braces`, span);
  }
}

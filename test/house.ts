/** The rooms of the house and their doors: which room may import which, judged from the parsed source. */
import {readdirSync, readFileSync, statSync} from "node:fs";
import {dirname, join, relative, resolve, sep} from "node:path";

import {parseSync} from "rolldown/utils";

interface Room {
  readonly mayImport: readonly string[];
  readonly packages: RegExp | null; // the only packages it may use, where that is limited
  readonly node: boolean; // it may touch `node:` modules
}

/** No room may import one that is not named here. */
export const rooms: Readonly<Record<string, Room>> = {
  model: {mayImport: [], packages: /^mdast$/, node: false},
  expression: {mayImport: ["model"], packages: null, node: true}, // it loads its libraries when they are needed
  parser: {mayImport: ["model", "expression"], packages: null, node: true},
  runtime: {mayImport: ["model", "expression"], packages: null, node: true},
  viewer: {mayImport: ["model"], packages: null, node: false},
  evidence: {mayImport: ["model", "expression"], packages: null, node: true}, // it is given what it needs of other rooms
  bag: {mayImport: ["model", "runtime", "evidence"], packages: null, node: true}, // it is given what it needs of other rooms
  server: {mayImport: ["model", "expression", "parser", "runtime", "evidence"], packages: null, node: true},
  cli: {mayImport: ["model", "expression", "parser", "runtime", "evidence", "bag", "server"], packages: null, node: true}
};

/** What is wrong with the imports of one file of `src`, in words. */
export function findViolations(path: string, source: string, house: string): readonly string[] {
  const room = roomOf(path, house);
  if (room === null) return [`${path}: stands in no room`];
  const rules = rooms[room];
  if (!rules) return [`${path}: "${room}" is no room of the house`];
  return importsOf(path, source).flatMap((specifier) => {
    const complaint = judge(room, rules, path, specifier, house);
    return complaint === null ? [] : [`${path}: ${complaint}`];
  });
}

function judge(room: string, rules: Room, path: string, specifier: string | null, house: string): string | null {
  if (specifier === null) return "imports what only the running program knows";
  if (specifier.startsWith(".")) {
    const target = roomOf(resolve(dirname(path), specifier), house);
    if (target === null || target === room) return null; // package.json, a sibling
    return rules.mayImport.includes(target) ? null : `${room} must not import ${target} ("${specifier}")`;
  }
  if (specifier.startsWith("node:")) return rules.node ? null : `${room} runs in a browser and must not import "${specifier}"`;
  return rules.packages === null || rules.packages.test(specifier) ? null : `${room} must not use the package "${specifier}"`;
}

function roomOf(path: string, house: string): string | null {
  const inside = relative(house, path);
  if (inside.startsWith("..")) return null;
  const [room, ...rest] = inside.split(sep);
  return rest.length > 0 ? room! : null;
}

/** Every module that a source text names, however it does so; null for one that only the running program knows. */
export function importsOf(path: string, source: string): readonly (string | null)[] {
  const {program, errors} = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`);
  const found: (string | null)[] = [];
  visit(program as unknown as Node);
  return found;

  function visit(node: Node): void {
    const named = moduleNamedBy(node);
    if (named !== undefined) found.push(named);
    for (const value of Object.values(node)) {
      if (Array.isArray(value)) for (const item of value) isNode(item) && visit(item);
      else if (isNode(value)) visit(value);
    }
  }
}

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}
const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as {type?: unknown}).type === "string";

function moduleNamedBy(node: Node): string | null | undefined {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ImportExpression":
    case "TSImportType":
      return textOf(node.source);
    case "ExportNamedDeclaration":
      return isNode(node.source) ? textOf(node.source) : undefined;
    case "TSExternalModuleReference":
      return textOf(node.expression);
    case "CallExpression":
      return isNode(node.callee) && node.callee.name === "require" ? textOf((node.arguments as readonly unknown[])[0]) : undefined;
    default:
      return undefined;
  }
}

function textOf(node: unknown): string | null {
  if (!isNode(node)) return null;
  if (node.type === "Literal" && typeof node.value === "string") return node.value;
  if (node.type !== "TemplateLiteral" || (node.expressions as readonly unknown[]).length > 0) return null;
  return (node.quasis as readonly {value: {cooked: string}}[])[0]!.value.cooked;
}

/** The TypeScript files below a folder, with their text; what only the build reads does not live in the house. */
export function readSources(folder: string): readonly {path: string; source: string}[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return readSources(path);
    return path.endsWith(".ts") && name !== "vite.config.ts" ? [{path, source: readFileSync(path, "utf8")}] : [];
  });
}

import {createHash} from "node:crypto";
import {basename} from "node:path";
import type {Yaml} from "mdast";
import type {AnyKind} from "../model/kind.ts";
import type {Runbook, Section} from "../model/runbook.ts";
import {readBytes} from "./bytes.ts";
import type {Document} from "./document.ts";
import {noHead, readFrontmatter} from "./frontmatter.ts";
import {Ids} from "./ids.ts";
import {parseMarkdown} from "./markdown.ts";
import {findDefinitions, Prose} from "./prose.ts";
import {checkExpressions, checkObjectives, recommendIds, resolveDecisions} from "./resolve.ts";
import {cutSections} from "./sections.ts";
import {Report} from "./source.ts";
import {findUses} from "./uses.ts";
import {walk} from "./walk.ts";

export {type Rule, type RuleName, rules} from "./rules.ts";

export interface ParseOptions {
  readonly path: string; // as people should read it
  readonly kinds: readonly AnyKind[];
  /** The bytes of a file that this one includes or leads to, by a path in the terms of `path`; null if there is none. */
  readonly readFile?: (path: string) => Uint8Array | null;
}

/** The runbook and what is wrong with it. Never throws on a document. */
export function parseRunbook(bytes: Uint8Array, options: ParseOptions): Runbook {
  const {path, kinds} = options;
  const digest = createHash("sha256").update(bytes).digest("hex");
  const {source, problem} = readBytes(bytes, path);
  if (problem) {
    const nothing = {sections: [], steps: [], inputs: [], milestones: [], objectives: [], reminders: [], includes: []};
    return {path, digest, title: basename(path), owner: null, revision: null, settings: noHead.settings, ...nothing, problems: [problem]};
  }
  const report = new Report(path);
  const root = parseMarkdown(source.text);
  const yaml = root.children.find((node): node is Yaml => node.type === "yaml") ?? null;
  const head = readFrontmatter(yaml, source, report);
  const cut = cutSections(root, source);
  const document: Document = {
    source,
    kinds,
    report,
    ids: new Ids(report),
    prose: new Prose(findDefinitions(root)),
    settings: head.settings,
    timeoutMs: head.timeoutMs,
    expressions: [],
    sections: cut.map(({draft}) => draft),
    steps: [],
    inputs: [],
    milestones: [],
    objectives: [],
    reminders: [],
    includes: []
  };
  for (const {draft, nodes} of cut) draft.nodes = walk(document, draft, nodes);
  document.ids.settle();
  resolveDecisions(document, () => new Set());
  const captured = document.steps.flatMap((step) => (step.type === "cell" ? step.captures.map(({name}) => name) : []));
  checkExpressions(document, new Set(document.steps.map(({id}) => id)), new Set([...document.inputs.map(({name}) => name), ...captured]));
  checkObjectives(document);
  findUses(document);
  recommendIds(document);
  return {
    path,
    digest,
    title: head.title ?? document.sections.find(({depth}) => depth === 1)?.title ?? basename(path),
    owner: head.owner,
    revision: head.revision,
    settings: head.settings,
    sections: document.sections.map(
      ({id, title, depth, parent, rule, estimate, nodes, span}): Section => ({
        id,
        title,
        depth,
        parent,
        rule: rule ?? "in-order",
        estimate,
        nodes,
        span
      })
    ),
    steps: document.steps,
    inputs: document.inputs,
    milestones: document.milestones,
    objectives: document.objectives,
    reminders: document.reminders,
    includes: document.includes,
    problems: report.problems.toSorted((a, b) => a.span.line - b.span.line || a.span.column - b.span.column)
  };
}

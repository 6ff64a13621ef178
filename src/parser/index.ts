import {createHash} from "node:crypto";
import {basename} from "node:path";
import type {Yaml} from "mdast";
import type {AnyKind} from "../model/kind.ts";
import type {Runbook, Section} from "../model/runbook.ts";
import {isOutOfBounds} from "./bounds.ts";
import {readBytes} from "./bytes.ts";
import type {Document} from "./document.ts";
import {noHead, readFrontmatter} from "./frontmatter.ts";
import {Ids} from "./ids.ts";
import {checkIncludes, type Included} from "./includes.ts";
import {Library} from "./library.ts";
import {parseMarkdown} from "./markdown.ts";
import {findDefinitions, Prose} from "./prose.ts";
import {checkExpressions, checkObjectives, checkRollbacks, recommendIds, resolveDecisions} from "./resolve.ts";
import {cutSections} from "./sections.ts";
import {Report} from "./source.ts";
import {findUses} from "./uses.ts";
import {walk} from "./walk.ts";

export {rules} from "./rules.ts";

export interface ParseOptions {
  readonly path: string; // as people should read it
  readonly kinds: readonly AnyKind[];
  /** The bytes of a file that this one includes or leads to, by its path from this one's folder; null if there is none. Without it, other files are not looked at. */
  readonly readFile?: (path: string) => Uint8Array | null;
}

/** The runbook and what is wrong with it. Never throws on a document. */
export function parseRunbook(bytes: Uint8Array, {path, kinds, readFile}: ParseOptions): Runbook {
  const library =
    readFile &&
    new Library((other) => {
      const found = readFile(other);
      return found && parseOne(found, other, kinds, null);
    });
  return parseOne(bytes, path, kinds, library ?? null);
}

/** `library`: null where other files are not looked at. */
function parseOne(bytes: Uint8Array, path: string, kinds: readonly AnyKind[], library: Library | null): Runbook {
  const key = library ? basename(path) : path; // paths of other files are relative to this one's folder
  const digest = createHash("sha256").update(bytes).digest("hex");
  const {source, problem} = readBytes(bytes, path);
  const report = new Report(path);
  if (problem || isOutOfBounds(source, report)) {
    const nothing = {sections: [], steps: [], inputs: [], milestones: [], objectives: [], reminders: [], includes: [], included: []};
    return {
      path,
      digest,
      title: basename(path),
      owner: null,
      revision: null,
      settings: noHead.settings,
      ...nothing,
      problems: problem ? [problem] : report.problems
    };
  }
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
  resolveDecisions(document, key, library);
  checkRollbacks(document);
  findUses(document);
  recommendIds(document);
  const runbook: Runbook = {
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
        include: null,
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
    included: [],
    problems: []
  };
  const included = library && checkIncludes({...runbook, path: key}, library, report);
  checkNames(document, runbook, included);
  checkObjectives(document);
  return {...runbook, problems: report.problems.toSorted((a, b) => a.span.line - b.span.line || a.span.column - b.span.column)};
}

function checkNames(document: Document, {steps, inputs, includes}: Runbook, included: Included | null): void {
  const captured = steps.flatMap((step) => (step.type === "cell" ? step.captures.map(({name}) => name) : []));
  const variables = [...inputs.map(({name}) => name), ...captured, ...(included?.variables ?? [])];
  const stepIds = [...steps.map(({id}) => id), ...(included?.stepIds ?? [])];
  // Where included files were not looked at, what they would add is unknown.
  const known = included !== null || includes.length === 0;
  checkExpressions(document, known ? new Set(stepIds) : null, known ? new Set(variables) : null);
}

/** One file as a runbook, first by itself, then held against the files that it names. */
import {createHash} from "node:crypto";
import {basename} from "node:path";
import type {Yaml} from "mdast";
import type {AnyKind} from "../model/kind.ts";
import type {Problem, Runbook, Section} from "../model/runbook.ts";
import {isOutOfBounds} from "./bounds.ts";
import {readBytes} from "./bytes.ts";
import type {Document} from "./document.ts";
import {noHead, readFrontmatter} from "./frontmatter.ts";
import {Ids} from "./ids.ts";
import {checkIncludes, type Included} from "./includes.ts";
import type {Library} from "./library.ts";
import {parseMarkdown} from "./markdown.ts";
import {findDefinitions, Prose} from "./prose.ts";
import {checkAnswers, checkExpressions, checkFiles, checkObjectives, checkRollbacks, recommendIds, resolveDecisions} from "./resolve.ts";
import {cutSections} from "./sections.ts";
import {Report} from "./source.ts";
import {findUses} from "./uses.ts";
import {walk} from "./walk.ts";

export interface ParsedFile {
  readonly bytes: Uint8Array;
  readonly runbook: Runbook; // without problems, its includes where they were written, its path from the folder of the runbook that names it
  readonly problems: readonly Problem[]; // so far
  /** Judges what can be judged only with other files; `alone`: it is no part of another, so that all names must be its own. */
  check(library: Library | null, alone: boolean): void;
}

/** `path` as people should read it, `key` from the folder of the runbook that names it. */
export function parseFile(bytes: Uint8Array, {path, key, kinds}: {path: string; key: string; kinds: readonly AnyKind[]}): ParsedFile {
  const digest = createHash("sha256").update(bytes).digest("hex");
  const {source, problem} = readBytes(bytes, path);
  const report = new Report(path);
  if (problem || isOutOfBounds(source, report)) {
    const nothing = {sections: [], steps: [], inputs: [], milestones: [], objectives: [], reminders: [], includes: [], included: []};
    const named = {path: key, digest, title: basename(path), owner: null, revision: null};
    return {
      bytes,
      runbook: {...named, settings: noHead.settings, ...nothing, problems: []},
      problems: problem ? [problem] : report.problems,
      check: () => {}
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
  resolveDecisions(document);
  checkRollbacks(document);
  checkAnswers(document);
  findUses(document);
  recommendIds(document);
  const runbook: Runbook = {
    path: key,
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
  return {
    bytes,
    runbook,
    problems: report.problems,
    check(library, alone) {
      if (library) checkFiles(document, key, library);
      const included = library && checkIncludes(runbook, {library, report, kinds, alone});
      checkNames(document, runbook, alone ? included : null, alone);
      checkObjectives(document, included?.milestones ?? null);
    }
  };
}

function checkNames(document: Document, {steps, inputs, includes}: Runbook, included: Included | null, alone: boolean): void {
  const captured = steps.flatMap((step) => (step.type === "cell" ? step.captures.map(({name}) => name) : []));
  const variables = [...inputs.map(({name}) => name), ...captured, ...(included?.variables ?? [])];
  const stepIds = [...steps.map(({id}) => id), ...(included?.stepIds ?? [])];
  // Where included files were not looked at, what they would add is unknown; and so is what another document adds to a part of it.
  const leadsAway = includes.length > 0 || steps.some((step) => step.type === "decision" && step.choices.some(({file}) => file !== null));
  const known = alone && (included !== null || !leadsAway);
  checkExpressions(document, known ? new Set(stepIds) : null, known ? new Set(variables) : null);
}

/** In the order of the document. */
export const inOrder = (problems: readonly Problem[]): readonly Problem[] =>
  problems.toSorted((a, b) => a.span.line - b.span.line || a.span.column - b.span.column);

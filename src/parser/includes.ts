import {refuseValue} from "../model/command.ts";
import {variableIn} from "../model/include.ts";
import type {AnyKind} from "../model/kind.ts";
import {choices, hint} from "../model/nearest.ts";
import type {Cell, Include, Runbook, SectionId, Span, StepId} from "../model/runbook.ts";
import {isWithin, type Library, toPath} from "./library.ts";
import type {ParsedFile} from "./parse.ts";
import {Slugger} from "./slug.ts";
import type {Report} from "./source.ts";

/** What includes add to the names of a document. */
export interface Included {
  readonly stepIds: readonly string[];
  readonly variables: readonly string[];
  readonly milestones: readonly string[];
}

/** A choice that leads to another runbook, which then runs as an include of this name. */
export interface Way extends Include {
  readonly decision: StepId | null; // null: an include
  readonly choice: number;
}

const DEEPEST = 20;
const MOST = 1000; // includes of one document, those of what it includes among them
const MOST_STEPS = 50_000;

export interface IncludeCheck {
  readonly library: Library;
  readonly report: Report;
  readonly kinds: readonly AnyKind[];
  readonly alone: boolean; // the document is no part of another
}

/** Checks what is included, and says which names come with it. */
export function checkIncludes(runbook: Runbook, {library, report, kinds, alone}: IncludeCheck): Included {
  const [stepIds, variables, milestones]: [string[], string[], string[]] = [[], [], []];
  const good: {readonly way: Way; readonly target: Runbook}[] = [];
  const budget = {left: MOST};
  for (const way of waysOf(runbook)) {
    const target = targetOf(runbook, way, library);
    if (target === null) {
      if (way.decision === null) report.add("include-source", library.why(runbook.path, way.file!), way.span);
      continue; // of a choice this has been said
    }
    const sections = target.sections.map(({id}) => id as string);
    if (way.section !== null && !sections.includes(way.section)) {
      if (way.decision === null)
        report.add(
          "include-source",
          `${way.file === null ? "there is" : `"${way.file}" has`} no section "#${way.section}"${hint(way.section, sections)}`,
          way.span
        );
      continue;
    }
    const circle = findCircle(target, way.section, library, [{path: runbook.path, section: null, within: way.within}], budget);
    if (circle !== null) {
      report.add("include-cycle", `this ${way.decision === null ? "include" : "choice"} ${circle}`, way.span);
      if (budget.left < 0) break;
      continue;
    }
    good.push({way, target});
    forEachPart(target, way.section, `${way.id}.`, library, (part, within, prefix) => {
      if (stepIds.length > MOST_STEPS) return;
      stepIds.push(...part.steps.filter(({section}) => within(section)).map(({id}) => `${prefix}${id}`));
      milestones.push(...part.milestones.filter(({section}) => within(section)).map(({id}) => `${prefix}${id}`));
      variables.push(...variablesOf(part));
    });
  }
  if (stepIds.length > MOST_STEPS)
    report.add("include-cycle", `what this document includes has more than ${MOST_STEPS} steps`, waysOf(runbook)[0]!.span);
  const known = new Set([...variablesOf(runbook), ...variables]);
  for (const {way, target} of good) checkMaps(runbook, way, target, {report, library, kinds, known: alone ? known : null});
  return {stepIds, variables, milestones};
}

/** The includes of a document, and its choices that lead to other runbooks, in document order. */
export function waysOf({includes, steps}: Pick<Runbook, "includes" | "steps">): readonly Way[] {
  const choices = steps.flatMap((step, place): readonly Way[] => {
    if (step.type !== "decision") return [];
    const slugs = new Slugger();
    return step.choices.flatMap(({label, file, section, span}, choice): readonly Way[] => {
      const slug = slugs.slug(label) || slugs.slug("choice");
      if (file === null) return [];
      const id = `${step.id}.${slug}`;
      return [{id, file, section, on: {}, own: true, set: {}, before: place + 1, within: step.section, span, decision: step.id, choice}];
    });
  });
  const written = includes.map((include): Way => ({...include, decision: null, choice: 0}));
  return [...choices, ...written].sort((a, b) => a.before - b.before || Number(a.decision === null) - Number(b.decision === null));
}

export const targetOf = (runbook: Runbook, {file}: Pick<Way, "file">, library: Library): Runbook | null =>
  file === null ? runbook : library.find(runbook.path, file);

/** All files whose text runs with the runbook's, by their paths from its folder. */
export function reachedFiles(root: Runbook, library: Library): ReadonlyMap<string, ParsedFile> {
  const found = new Map<string, ParsedFile>();
  const seen = new Set<string>();
  const visit = (runbook: Runbook, part: SectionId | null): void => {
    const name = nameOf(runbook.path, part);
    if (seen.has(name)) return;
    seen.add(name);
    for (const {file, section, within} of waysOf(runbook)) {
      if (!isWithin(runbook, within, part)) continue;
      const opened = file === null ? null : library.open(runbook.path, file);
      if (opened) found.set(opened.runbook.path, opened);
      const target = file === null ? runbook : opened?.runbook;
      if (target) visit(target, section);
    }
  };
  visit(root, null);
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface Visited {
  readonly path: string;
  readonly section: SectionId | null;
  readonly within: SectionId; // where the include stands
}

/** A part that holds an include of itself, however far away, would never end. What is wrong, in words. */
function findCircle(
  runbook: Runbook,
  part: SectionId | null,
  library: Library,
  way: readonly Visited[],
  budget: {left: number}
): string | null {
  const again = way.find(
    ({path, section, within}, place) => samePath(path, runbook.path) && (place === 0 ? isWithin(runbook, within, part) : section === part)
  );
  const words = () => [...way.slice(1).map(({path, section}) => nameOf(path, section)), nameOf(runbook.path, part)].join(" → ");
  if (again) return `leads back to itself: ${words()}`;
  if (way.length > DEEPEST) return `leads more than ${DEEPEST} files deep: ${words()}`;
  if (budget.left-- <= 0) return `is one too many: with what they include, a document has at most ${MOST} includes`;
  for (const next of waysOf(runbook)) {
    if (!isWithin(runbook, next.within, part)) continue;
    const target = targetOf(runbook, next, library);
    const circle =
      target && findCircle(target, next.section, library, [...way, {path: runbook.path, section: part, within: next.within}], budget);
    if (circle) return circle;
  }
  return null;
}

const samePath = (a: string, b: string): boolean => toPath("./x", a) === toPath("./x", b);
const nameOf = (path: string, section: SectionId | null): string => (section === null ? path : `${path}#${section}`);

/** The part, and all that it includes, each with what its ids are called here. */
function forEachPart(
  runbook: Runbook,
  part: SectionId | null,
  prefix: string,
  library: Library,
  visit: (runbook: Runbook, within: (section: SectionId) => boolean, prefix: string) => void
): void {
  const within = (section: SectionId): boolean => isWithin(runbook, section, part);
  visit(runbook, within, prefix);
  for (const way of waysOf(runbook)) {
    const target = within(way.within) ? targetOf(runbook, way, library) : null;
    if (target) forEachPart(target, way.section, `${prefix}${way.id}.`, library, visit);
  }
}

const variablesOf = ({steps, inputs}: Runbook): readonly string[] => [
  ...inputs.map(({name}) => name),
  ...steps.flatMap((step) => (step.type === "cell" ? step.captures.map(({name}) => name) : []))
];

const namesOf = ({settings}: Runbook): ReadonlySet<string> =>
  new Set(["default", "local", ...Object.keys(settings.connections), ...Object.keys(settings.hosts)]);

/** The connections and hosts that a part runs on, as it calls them. */
function usedNames(runbook: Runbook, part: SectionId | null, library: Library, kinds: readonly AnyKind[]): ReadonlySet<string> {
  const usual = ({kind}: Cell): string => (kinds.find(({name}) => name === kind)?.targets === "connections" ? "default" : "local");
  const own = runbook.steps.flatMap((step) =>
    step.type === "cell" && isWithin(runbook, step.section, part) ? [step.options.on ?? usual(step)] : []
  );
  const further = waysOf(runbook)
    .filter(({within}) => isWithin(runbook, within, part))
    .flatMap((way) => {
      const target = targetOf(runbook, way, library);
      if (!target) return [];
      return [...usedNames(target, way.section, library, kinds)].flatMap((name) => {
        if (way.own && isOwn(target, name)) return [];
        return [way.on[name] ?? name];
      });
    });
  return new Set([...own, ...further]);
}

const isOwn = ({settings: {connections, hosts}}: Runbook, name: string): boolean => name in connections || name in hosts;

interface Maps {
  readonly report: Report;
  readonly library: Library;
  readonly kinds: readonly AnyKind[];
  readonly known: ReadonlySet<string> | null; // variables; null: another document may add some
}

function checkMaps(runbook: Runbook, way: Way, target: Runbook, {report, library, kinds, known}: Maps): void {
  const {on, set, section, span} = way;
  const add = (message: string, at: Span = span): void => report.add("include-map", message, at);
  const [here, there] = [namesOf(runbook), namesOf(target)];
  for (const [from, to] of Object.entries(on)) {
    if (!there.has(from)) add(`the included part knows no connection or host "${from}"${choices(from, there)}`);
    if (!here.has(to)) add(`there is no connection or host "${to}" here${choices(to, here)}`);
  }
  const map =
    way.decision === null
      ? (name: string) => `map it by on="${name}=…", or take its connections with on="own"`
      : () => "name one in the frontmatter";
  const {connections} = runbook.settings;
  const exists = (name: string): boolean =>
    name === "default" ? name in connections || Object.keys(connections).length === 0 : here.has(name);
  for (const name of usedNames(target, section, library, kinds))
    if (!(name in on) && !exists(name) && !(way.own && isOwn(target, name)))
      add(`the included part runs on "${name}", which does not exist here; ${map(name)}`);
  const inputs = target.inputs.map(({name}) => name);
  for (const [name, value] of Object.entries(set)) {
    const input = target.inputs.find((input) => input.name === name);
    const from = variableIn(value);
    if (!input) add(`the included part has no input "${name}"${choices(name, inputs)}`);
    else if (from === null) {
      const refused = refuseValue(input, value);
      if (refused !== null) add(`the included part's input ${refused}`);
    } else if (known !== null && !known.has(from)) add(`no input and no capture sets "${from}"${hint(from, known)}`);
  }
}

import {hint} from "../model/nearest.ts";
import type {Decision, Include, Runbook, SectionId} from "../model/runbook.ts";
import {isWithin, type Library, toPath} from "./library.ts";
import type {Report} from "./source.ts";

/** What includes add to the names of a document. */
export interface Included {
  readonly stepIds: readonly string[];
  readonly variables: readonly string[];
}

const DEEPEST = 20;
const MOST = 1000;

/** Checks what is included, and says which ids and variables come with it. */
export function checkIncludes(runbook: Runbook, library: Library, report: Report): Included {
  const [stepIds, variables]: [string[], string[]] = [[], []];
  for (const include of runbook.includes) {
    const target = targetOf(runbook, include, library);
    if (target === null) {
      report.add("include-source", `there is no runbook "${include.file}" beside this one`, include.span);
      continue;
    }
    const sections = target.sections.map(({id}) => id as string);
    if (include.section !== null && !sections.includes(include.section)) {
      report.add(
        "include-source",
        `${include.file === null ? "there is" : `"${include.file}" has`} no section "#${include.section}"${hint(include.section, sections)}`,
        include.span
      );
      continue;
    }
    const circle = findCircle(target, include.section, library, [{path: runbook.path, section: null, within: include.within}], {
      left: MOST
    });
    if (circle !== null) {
      report.add("include-cycle", `this include leads back to itself: ${circle}`, include.span);
      continue;
    }
    checkNames(runbook, include, target, report);
    stepIds.push(...idsOf(target, include.section, `${include.id}.`, library));
    variables.push(...target.inputs.map(({name}) => name), ...capturesOf(target));
  }
  return {stepIds, variables};
}

const targetOf = (runbook: Runbook, {file}: {readonly file: string | null}, library: Library): Runbook | null =>
  file === null ? runbook : library.find(runbook.path, file);
const capturesOf = ({steps}: Runbook): readonly string[] =>
  steps.flatMap((step) => (step.type === "cell" ? step.captures.map(({name}) => name) : []));

interface Visited {
  readonly path: string;
  readonly section: SectionId | null;
  readonly within: SectionId; // where the include stands
}

/** A part that holds an include of itself, however far away, would never end. */
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
  if (again) return words();
  if (way.length > DEEPEST) return `${words()}, more than ${DEEPEST} deep`;
  if (budget.left-- <= 0) return `${words()}, more than ${MOST} includes`;
  for (const next of [...runbook.includes.map(({file, section, within}) => ({file, section, within})), ...leadingAway(runbook)]) {
    if (!isWithin(runbook, next.within, part)) continue;
    const target = targetOf(runbook, next, library);
    const circle =
      target && findCircle(target, next.section, library, [...way, {path: runbook.path, section: part, within: next.within}], budget);
    if (circle) return circle;
  }
  return null;
}

/** Choices that lead to other runbooks, which then run as includes. */
const leadingAway = ({steps}: Runbook): readonly Pick<Include, "file" | "section" | "within">[] =>
  steps.flatMap((step) =>
    step.type === "decision"
      ? (step as Decision).choices.filter(({file}) => file !== null).map(({file, section}) => ({file, section, within: step.section}))
      : []
  );

const samePath = (a: string, b: string): boolean => toPath("./x", a) === toPath("./x", b);
const nameOf = (path: string, section: SectionId | null): string => (section === null ? path : `${path}#${section}`);

function idsOf(runbook: Runbook, part: SectionId | null, prefix: string, library: Library): readonly string[] {
  const own = runbook.steps.filter(({section}) => isWithin(runbook, section, part)).map(({id}) => `${prefix}${id}`);
  const further = runbook.includes
    .filter(({within}) => isWithin(runbook, within, part))
    .flatMap((include) => {
      const target = targetOf(runbook, include, library);
      return target ? idsOf(target, include.section, `${prefix}${include.id}.`, library) : [];
    });
  return [...own, ...further];
}

function checkNames(runbook: Runbook, {on, set, section, span}: Include, target: Runbook, report: Report): void {
  const here = new Set(["default", "local", ...Object.keys(runbook.settings.connections), ...Object.keys(runbook.settings.hosts)]);
  const there = new Set(["default", "local", ...Object.keys(target.settings.connections), ...Object.keys(target.settings.hosts)]);
  for (const [from, to] of Object.entries(on)) {
    if (!there.has(from)) report.add("include-map", `the included part knows no connection or host "${from}"${hint(from, there)}`, span);
    if (!here.has(to)) report.add("include-map", `there is no connection or host "${to}" here${hint(to, here)}`, span);
  }
  const used = new Set(
    target.steps.flatMap((step) =>
      step.type === "cell" && step.options.on !== null && isWithin(target, step.section, section) ? [step.options.on] : []
    )
  );
  for (const name of used) {
    if (!(name in on) && !here.has(name))
      report.add("include-map", `the included part runs on "${name}", which does not exist here; map it by on="${name}=…"`, span);
  }
  const inputs = target.inputs.map(({name}) => name);
  for (const name of Object.keys(set))
    if (!inputs.includes(name)) report.add("include-map", `the included part has no input "${name}"${hint(name, inputs)}`, span);
}

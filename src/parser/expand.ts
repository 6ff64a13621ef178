import type {AnyKind} from "../model/kind.ts";
import type {IncludedFile, Milestone, Problem, Requirement, Runbook, Section, SectionId, Settings, Step} from "../model/runbook.ts";
import {sectionsById} from "../model/runbook.ts";
import {checkExpanded} from "./check-expanded.ts";
import {embed, insertAfterDecisions} from "./embed.ts";
import {targetOf, type Way, waysOf} from "./includes.ts";
import {isWithin, type Library} from "./library.ts";
import {findUses} from "./uses.ts";

/**
 * The runbook that runs: at the place of every include, and after a decision for each of its choices that leads to another runbook,
 * stands what it includes. For documents without errors, whose includes are known to end.
 */
export function expandIncludes(root: Runbook, library: Library, kinds: readonly AnyKind[]): Runbook {
  if (waysOf(root).length === 0) return root;
  const used = new Map<string, Runbook>();
  const problems: Problem[] = [];
  const {
    sections,
    steps,
    inputs,
    milestones,
    reminders,
    includes,
    settings: places
  } = expandPart(root, null, {library, kinds, used, problems});
  const files = [...used.values()];
  const settings = {...join(root.settings, files), ...places};
  findUses({steps: [...steps], inputs: [...inputs], settings, kinds});
  const whole: Runbook = {
    ...root,
    settings,
    sections,
    steps,
    inputs,
    milestones,
    reminders,
    includes,
    included: files
      .map(({path, digest, settings}): IncludedFile => ({file: path, digest, files: settings.files}))
      .sort((a, b) => (a.file < b.file ? -1 : 1))
  };
  return {...whole, problems: [...problems, ...checkExpanded(whole)]};
}

/** What a part of a runbook brings, in that runbook's own names. */
export interface Part extends Pick<Runbook, "path" | "title" | "sections" | "steps" | "inputs" | "milestones" | "reminders" | "includes"> {
  readonly part: SectionId | null;
  readonly settings: Places; // its own, and those that come with what it includes
}
export type Places = Pick<Settings, "connections" | "hosts">;
interface Context {
  readonly library: Library;
  readonly kinds: readonly AnyKind[];
  readonly used: Map<string, Runbook>;
  readonly problems: Problem[];
}

function expandPart(runbook: Runbook, part: SectionId | null, context: Context): Part {
  const inside = ({section}: {readonly section: SectionId}): boolean => isWithin(runbook, section, part);
  const byId = sectionsById(runbook);
  const steps = runbook.steps.filter(inside);
  const first = runbook.steps.findIndex(inside);
  const placeOf = (before: number): number => Math.min(Math.max(before - first, 0), steps.length);
  const brought = waysOf(runbook)
    .filter(({within}) => isWithin(runbook, within, part))
    .map((way) => {
      const target = targetOf(runbook, way, context.library)!;
      if (way.file !== null) context.used.set(target.path, target);
      return {way, ...embed(expandPart(target, way.section, context), way, byId.get(way.within)!, context)};
    });

  const out: Step[] = [];
  const [milestones, reminders, includes]: [Milestone[], Part["reminders"][number][], Part["includes"][number][]] = [[], [], []];
  const moved: {readonly way: Way; readonly before: number; readonly by: number}[] = [];
  let next = 0;
  for (let place = 0; place <= steps.length; place++) {
    for (; brought[next] && placeOf(brought[next]!.way.before) === place; next++) {
      const {way, content, on} = brought[next]!;
      const {decision: _, choice: __, ...include} = way;
      includes.push({...include, on, before: out.length}, ...content.includes.map((one) => ({...one, before: one.before + out.length})));
      milestones.push(...content.milestones.map((one) => ({...one, before: one.before + out.length})));
      reminders.push(...content.reminders);
      moved.push({way, before: place, by: content.steps.length});
      out.push(...content.steps);
    }
    const step = steps[place];
    if (step) out.push(leadHere(step, brought));
  }
  const own = runbook.milestones.filter(inside).map((milestone) => {
    const place = placeOf(milestone.before);
    const by = moved.reduce(
      (sum, one) => sum + (one.before < place || (one.before === place && isBefore(one.way, milestone)) ? one.by : 0),
      0
    );
    return {...milestone, before: place + by};
  });
  return {
    path: runbook.path,
    title: runbook.title,
    part,
    sections: placeSections(
      runbook.sections.filter(({id}) => isWithin(runbook, id, part)),
      brought
    ),
    steps: out,
    inputs: inputsOf(runbook, part, steps, brought),
    milestones: [...own, ...milestones].sort((a, b) => a.before - b.before),
    reminders: [...runbook.reminders.filter(inside), ...reminders],
    includes,
    settings: {
      connections: Object.assign({}, runbook.settings.connections, ...brought.map(({content}) => content.settings.connections)),
      hosts: Object.assign({}, runbook.settings.hosts, ...brought.map(({content}) => content.settings.hosts))
    }
  };
}

interface Brought {
  readonly way: Way;
  readonly content: Part;
  readonly on: Way["on"];
}

/** A choice that led to another runbook leads to where its steps stand now. */
function leadHere(step: Step, brought: readonly Brought[]): Step {
  if (step.type !== "decision" || step.choices.every(({file}) => file === null)) return step;
  return {
    ...step,
    choices: step.choices.map((choice, place) => {
      const found = brought.find(({way}) => way.decision === step.id && way.choice === place);
      return found ? {...choice, file: null, section: found.way.id as SectionId} : choice;
    })
  };
}

/** What is included comes after the section that it stands in, and before the sections under that. */
function placeSections(sections: readonly Section[], brought: readonly Brought[]): readonly Section[] {
  return sections.flatMap((section) => {
    const here = brought.filter(({way}) => way.within === section.id);
    const decided = here.filter(({way}) => way.decision !== null);
    const own =
      decided.length === 0
        ? section
        : {
            ...section,
            nodes: insertAfterDecisions(
              section.nodes,
              decided.map(({way}) => way)
            )
          };
    return [own, ...here.flatMap(({content}) => content.sections)];
  });
}

/** Inputs that stand in the part, that its steps use or that an include sets; of one name, the one that stands outermost. */
function inputsOf(runbook: Runbook, part: SectionId | null, steps: readonly Step[], brought: readonly Brought[]): Part["inputs"] {
  const used = new Set(steps.flatMap(({uses}) => uses));
  const own = runbook.inputs.filter(({name, section}) => isWithin(runbook, section, part) || used.has(name));
  const names = new Set(own.map(({name}) => name));
  const further = brought.flatMap(({content}) => content.inputs).filter(({name}) => !names.has(name) && names.add(name));
  return [...own, ...further];
}

const isBefore = ({decision, span}: Way, {span: other}: Milestone): boolean =>
  decision !== null || span.line < other.line || (span.line === other.line && span.column < other.column);

/** Secrets and required programs of all files; the rest is the runbook's own. */
function join(own: Settings, files: readonly Runbook[]): Settings {
  const requires: Requirement[] = [...own.requires];
  for (const one of files.flatMap(({settings}) => settings.requires))
    if (!requires.some(({program, atLeast}) => program === one.program && atLeast === one.atLeast)) requires.push(one);
  return {...own, secrets: [...new Set([own, ...files.map(({settings}) => settings)].flatMap(({secrets}) => secrets))], requires};
}

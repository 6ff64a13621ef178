/** Takes a part of another runbook, or of this one, into the names of the runbook that includes it. */
import {dirname, join} from "node:path/posix";
import type {Link, Node, RootContent} from "mdast";
import type {AnyKind} from "../model/kind.ts";
import type {Cell, Expression, Problem, Section, SectionId, Slot, Step, StepId} from "../model/runbook.ts";
import type {Part, Places} from "./expand.ts";
import type {Way} from "./includes.ts";
import {rules} from "./rules.ts";

export function embed(
  part: Part,
  way: Way,
  within: Section,
  {kinds, problems}: {readonly kinds: readonly AnyKind[]; readonly problems: Problem[]}
): {readonly content: Part; readonly on: Way["on"]} {
  const {on, settings} = bringPlaces(part, way, kinds);
  const names = new Names(part, way);
  const [section, id] = [names.section, names.id];
  const steps = part.steps.map((step): Step => {
    const own = {...mapStep(step, names), id: id(step.id) as StepId, section: section(step.section)};
    if (own.type === "cell") return {...own, options: mapTarget(own, {...way, on}, kinds)};
    if (own.type !== "decision") return own;
    for (const {section: to, span} of own.choices)
      if (to !== null && !names.sections.has(to))
        problems.push({
          rule: "decision-link",
          severity: rules["decision-link"].severity,
          message: `"#${to}" is no part of what "${way.id}" includes, so a choice cannot lead there`,
          path: span.file ?? part.path,
          span
        });
    return {...own, choices: own.choices.map((choice) => ({...choice, section: choice.section && section(choice.section)}))};
  });
  return {
    on,
    content: {
      ...part,
      settings,
      sections: mapSections(part, way, within, names),
      steps,
      inputs: part.inputs.map((input) => ({...input, section: section(input.section)})),
      milestones: part.milestones.map((one) => ({
        ...one,
        id: id(one.id),
        section: section(one.section),
        at: one.at && names.expression(one.at)
      })),
      reminders: part.reminders.map((one) => ({...one, id: id(one.id), section: section(one.section)})),
      includes: part.includes.map((one) => ({
        ...one,
        id: id(one.id),
        within: section(one.within),
        on: {...on, ...Object.fromEntries(Object.entries(one.on).map(([from, to]) => [from, on[to] ?? to]))}
      }))
    }
  };
}

/** The places of what choices lead to, behind their decisions. */
export function insertAfterDecisions(nodes: readonly RootContent[], ways: readonly Way[]): readonly RootContent[] {
  return mapNodes(nodes, (node) => {
    const led = node.type === "slot" && node.of === "step" ? ways.filter(({decision}) => decision === node.id) : [];
    return [node, ...led.map(({id}): Slot => ({type: "slot", of: "include", id}))];
  });
}

/** What things of the part are called here. */
class Names {
  readonly sections: ReadonlySet<string>;
  readonly #part: Part;
  readonly #way: Way;
  readonly #steps: ReadonlySet<string>;
  readonly #home: SectionId; // of what stands outside the part and is needed by it

  constructor(part: Part, way: Way) {
    this.#part = part;
    this.#way = way;
    this.sections = new Set(part.sections.map(({id}) => id));
    this.#steps = new Set(part.steps.map(({id}) => id));
    const first = part.part ?? part.sections[0]?.id;
    this.#home = first === undefined ? way.within : (this.id(first) as SectionId);
  }

  readonly id = (id: string): string => `${this.#way.id}.${id}`;
  readonly section = (id: SectionId): SectionId => (this.sections.has(id) ? (this.id(id) as SectionId) : this.#home);

  /** Its text stays as it was written; steps that it reads are looked for in the part first. */
  expression(expression: Expression): Expression {
    const reads = expression.reads.map((read) => {
      const step = read.startsWith("steps.") ? read.slice(6) : null;
      return step !== null && this.#steps.has(step) ? `steps.${this.id(step)}` : read;
    });
    return {...expression, reads};
  }

  nodes<T extends Node>(nodes: readonly T[]): readonly T[] {
    const {set, file} = this.#way;
    return mapNodes(nodes as readonly Node[] as readonly RootContent[], (node) => {
      switch (node.type) {
        case "slot":
          // Objectives are not taken over, and what is set here nobody is asked for.
          if (node.of === "objective" || (node.of === "input" && node.id in set)) return [];
          return [node.of === "input" ? node : {...node, id: this.id(node.id)}];
        case "link":
          return [{...node, url: this.#url(node)}];
        case "image":
          return [{...node, url: relocate(node.url, file)}];
        case "footnoteDefinition":
        case "footnoteReference":
          return [{...node, identifier: this.id(node.identifier)}];
        default:
          return [node];
      }
    }) as readonly Node[] as readonly T[];
  }

  #url({url}: Link): string {
    if (url.startsWith("#")) return this.sections.has(url.slice(1)) ? `#${this.id(url.slice(1))}` : url;
    return relocate(url, this.#way.file);
  }

  get shownInputs(): readonly Slot[] {
    return this.#part.inputs
      .filter(({name, section}) => !this.sections.has(section) && !(name in this.#way.set))
      .map(({name}): Slot => ({type: "slot", of: "input", id: name}));
  }
}

/** A path from the included file's folder, as one from here. */
function relocate(url: string, file: string | null): string {
  return file === null || /^([a-z][a-z0-9+.-]*:|[/#\\])/i.test(url) || url === "" ? url : join(dirname(file), url);
}

function mapNodes(nodes: readonly RootContent[], map: (node: RootContent) => readonly RootContent[]): readonly RootContent[] {
  return nodes.flatMap((node) =>
    map("children" in node ? ({...node, children: mapNodes(node.children as RootContent[], map)} as RootContent) : node)
  );
}

function mapStep(step: Step, names: Names): Step {
  switch (step.type) {
    case "cell":
      return {
        ...step,
        before: names.nodes(step.before),
        after: names.nodes(step.after),
        expectations: step.expectations.map(({that}) => ({that: names.expression(that)})),
        captures: step.captures.map((capture) => ({...capture, value: capture.value && names.expression(capture.value)})),
        options: {...step.options, when: step.options.when && names.expression(step.options.when)}
      };
    case "checklist":
      return {...step, nodes: names.nodes(step.nodes), items: step.items.map((item) => ({...item, nodes: names.nodes(item.nodes)}))};
    case "decision":
      return {...step, nodes: names.nodes(step.nodes), choose: step.choose && names.expression(step.choose)};
    default:
      return {...step, nodes: names.nodes(step.nodes)};
  }
}

/** Connections and hosts that come along under names of their own: those of an include that asks for it, and what came with theirs. */
function bringPlaces(part: Part, way: Way, kinds: readonly AnyKind[]): {readonly on: Way["on"]; readonly settings: Places} {
  const used = part.steps.flatMap((step) => (step.type === "cell" ? [step.options.on ?? usualOf(step, kinds)] : []));
  const names = new Set(["default", ...used].filter((name) => !(name in way.on) && (way.own || name.includes("."))));
  const rename = <Place>(places: Readonly<Record<string, Place>>): Readonly<Record<string, Place>> =>
    Object.fromEntries(Object.entries(places).flatMap(([name, place]) => (names.has(name) ? [[`${way.id}.${name}`, place]] : [])));
  const {connections, hosts} = part.settings;
  const brought = [...names].filter((name) => name in connections || name in hosts);
  return {
    on: {...way.on, ...Object.fromEntries(brought.map((name) => [name, `${way.id}.${name}`]))},
    settings: {connections: rename(connections), hosts: rename(hosts)}
  };
}

const usualOf = ({kind}: Cell, kinds: readonly AnyKind[]): string =>
  kinds.find(({name}) => name === kind)?.targets === "connections" ? "default" : "local";

/** Where it runs here, and in which session: another file has its own, which begins in its folder. */
function mapTarget(cell: Cell, {on, id, file}: Pick<Way, "on" | "id" | "file">, kinds: readonly AnyKind[]): Cell["options"] {
  const {options} = cell;
  const usual = usualOf(cell, kinds);
  const mapped = on[options.on ?? usual];
  return {
    ...options,
    on: mapped === undefined ? options.on : mapped === usual ? null : mapped,
    session: file === null ? options.session : `${id}.${options.session}`
  };
}

function mapSections({part, title, sections}: Part, way: Way, within: Section, names: Names): readonly Section[] {
  const wrapped = way.decision !== null;
  const roots = sections.filter(({parent}) => parent === null || !names.sections.has(parent));
  const highest = Math.min(...roots.filter(({depth}) => depth > 0).map(({depth}) => depth));
  const shift = within.depth + (wrapped ? 2 : 1) - highest;
  const depthOf = (depth: number): number => (depth === 0 ? 0 : Math.max(1, Math.min(6, depth + shift)));
  const outer = wrapped ? (way.id as SectionId) : way.within;
  const mapped = sections.map(
    (section): Section => ({
      ...section,
      id: names.section(section.id),
      parent: roots.includes(section) ? outer : section.parent && names.section(section.parent),
      depth: depthOf(section.depth),
      include: section.include === null ? way.id : names.id(section.include),
      // Naming a section chooses it, whatever its rule.
      rule: section.id === part ? "in-order" : section.rule,
      nodes: [...(section.id === (part ?? sections[0]?.id) ? names.shownInputs : []), ...names.nodes(section.nodes)]
    })
  );
  if (!wrapped) return mapped;
  const named = sections.find(({id}) => id === part)?.title ?? title;
  const wrapper: Section = {
    id: outer,
    title: named,
    depth: Math.min(6, within.depth + 1),
    parent: way.within,
    include: way.id,
    rule: "chosen",
    estimate: null,
    nodes: [],
    span: way.span
  };
  return [wrapper, ...mapped];
}

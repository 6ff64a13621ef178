/**
 * The parsed document. A runbook is prose with steps in it; a step is anything a run has to get past.
 * Everything here is readonly and survives JSON, so that server, page and archive share one shape.
 */
import type {PhrasingContent, RootContent} from "mdast";

declare module "mdast" {
  interface RootContentMap {
    slot: Slot;
  }
  interface BlockContentMap {
    slot: Slot;
  }
}

/** Where a step, an input or another part of the runbook stands inside the prose. */
export interface Slot {
  readonly type: "slot";
  readonly of: "step" | "input" | "milestone" | "objective" | "reminder" | "include";
  readonly id: string;
  readonly position?: undefined; // no node of a runbook has one; in mdast every node may
  readonly data?: undefined;
}

/** A place in the runbook's source, counted from 1 like every editor; `endColumn` is the column after the last character. */
export interface Span {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly file?: string; // the included file it is a place of, as people should read it; none: the runbook itself
}

/** What is wrong with a document is part of the document: parsing never throws. */
export interface Problem {
  readonly rule: string; // kebab-case and stable, listed in `parser/rules.ts`
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly path: string; // the file that holds the span
  readonly span: Span;
}

type Brand<T, Name extends string> = T & {readonly __brand: Name};
export type StepId = Brand<string, "StepId">;
export type SectionId = Brand<string, "SectionId">;
export type RunId = Brand<string, "RunId">;

export interface Runbook {
  readonly path: string;
  readonly digest: string; // sha256 (hex) of the exact source bytes
  readonly title: string;
  readonly owner: string | null;
  readonly revision: string | null;
  readonly settings: Settings;
  readonly sections: readonly Section[]; // document order; text before the first heading is a section of depth 0
  readonly steps: readonly Step[]; // document order
  readonly inputs: readonly Input[];
  readonly milestones: readonly Milestone[];
  readonly objectives: readonly Objective[];
  readonly reminders: readonly Reminder[];
  readonly includes: readonly Include[];
  readonly included: readonly IncludedFile[]; // of a runbook whose includes are in place; sorted by path
  readonly problems: readonly Problem[];
}

/** The frontmatter, completed with defaults. */
export interface Settings {
  readonly connections: Readonly<Record<string, Connection>>;
  readonly hosts: Readonly<Record<string, Host>>;
  readonly secrets: readonly string[]; // names of environment variables whose values are secret
  readonly requires: readonly Requirement[];
  readonly files: readonly string[]; // globs, relative to the runbook's folder
  readonly drillEveryMs: number | null;
}
export interface Connection {
  readonly name: string;
  readonly url: string; // a template: may hold ${NAME}; "embedded" asks for a throw-away PostgreSQL
  readonly readonly: boolean;
  readonly role: "primary" | "standby" | null;
  readonly systemIdentifier: string | null;
  readonly database: string | null;
  readonly span: Span;
}
export interface Host {
  readonly name: string;
  readonly url: string; // a template: ssh://user@host:port
  readonly span: Span;
}
export interface Requirement {
  readonly program: string;
  readonly atLeast: string | null; // a dotted version
  readonly span: Span;
}

/** When a section's steps are run: in order, only when chosen, only after a failure, or whatever happened. */
export type RunRule = "in-order" | "chosen" | "on-failure" | "always";

export interface Section {
  readonly id: SectionId; // GitHub's slug of the heading
  readonly title: string;
  readonly depth: number; // 1 to 6; 0 for the text before the first heading
  readonly parent: SectionId | null;
  readonly include: string | null; // the include that brought it, where whose slot stands it is shown
  readonly rule: RunRule;
  readonly estimate: {readonly minMs: number; readonly maxMs: number} | null;
  readonly nodes: readonly RootContent[]; // the heading itself is not among them
  readonly span: Span;
}

export type Step = Cell | Gate | Checklist | Decision;

interface StepBase {
  readonly id: StepId;
  readonly written: boolean; // false: the id is derived from section and order
  readonly title: string | null;
  readonly section: SectionId;
  readonly uses: readonly string[]; // names of inputs it mentions, directly or through its connection
  readonly span: Span;
}
/** A step that a machine executes. */
export interface Cell extends StepBase {
  readonly type: "cell";
  readonly kind: string; // the name of a Kind
  readonly language: string; // the fence's info word
  readonly source: string; // what is executed; `\n` line ends
  readonly lines: readonly (readonly [line: number, column: number])[]; // where each line of `source` starts in the document
  readonly config: unknown; // only the kind knows its shape
  readonly options: CellOptions;
  readonly expectations: readonly Expectation[];
  readonly captures: readonly Capture[];
  readonly answers: readonly PromptAnswer[]; // to what a program asks in the terminal of a cell with `tty`
  readonly before: readonly RootContent[]; // prose of a :::cell around its fence
  readonly after: readonly RootContent[];
}
export interface CellOptions {
  readonly timeoutMs: number | null; // null: none, said on purpose
  readonly withinMs: number | null;
  readonly everyMs: number;
  readonly retries: number | null;
  readonly continueOnError: boolean;
  readonly when: Expression | null;
  readonly confirm: boolean;
  readonly phrase: string | null; // what a person must type to confirm
  readonly destructive: string | null; // why the author says so
  readonly safe: string | null;
  readonly session: string;
  readonly ready: string | null; // a regular expression (RE2)
  readonly background: boolean;
  readonly keep: boolean;
  readonly tty: boolean;
  readonly recordOutput: boolean; // false: output=none
  readonly on: string | null; // a connection or host of the frontmatter
}
export interface Gate extends StepBase {
  readonly type: "gate";
  readonly role: string | null; // who may answer
  readonly nodes: readonly RootContent[];
}
export interface Checklist extends StepBase {
  readonly type: "checklist";
  readonly advisory: boolean; // a bare task list: tickable, recorded, never blocking
  readonly items: readonly ChecklistItem[];
  readonly nodes: readonly RootContent[]; // prose around the list
}
export interface ChecklistItem {
  readonly text: string;
  readonly nodes: readonly PhrasingContent[];
  readonly checked: boolean; // as written in the document
  readonly span: Span;
}
export interface Decision extends StepBase {
  readonly type: "decision";
  readonly choices: readonly Choice[];
  readonly choose: Expression | null; // proposes the label of a choice
  readonly nodes: readonly RootContent[];
}
export interface Choice {
  readonly label: string;
  readonly file: string | null; // another runbook
  readonly section: SectionId | null; // in this document, or in `file`
  readonly span: Span;
}

/** A CEL expression that parsed and type-checked. */
export interface Expression {
  readonly source: string;
  readonly reads: readonly string[]; // roots it reads: "exit", "rows", "vars.NAME", "shell.NAME", "steps.id"
  readonly span: Span;
}
export interface Expectation {
  readonly that: Expression;
}
export interface Capture {
  readonly name: string;
  readonly value: Expression | null; // null: trimmed stdout, or the first value of the first row
  readonly optional: boolean;
  readonly secret: boolean;
  readonly span: Span;
}

/** A prompt that a secret answers, so that nobody has to type it. */
export interface PromptAnswer {
  readonly prompt: string; // a regular expression (RE2), for the line that the cursor is in
  readonly secret: string; // the name of a secret of the runbook
  readonly span: Span;
}

export type InputType = "string" | "int" | "bool" | "duration" | "timestamp" | "choice" | "file" | "secret";
export interface Input {
  readonly name: string;
  readonly label: string;
  readonly type: InputType;
  readonly default: string | null;
  readonly optional: boolean;
  readonly choices: readonly string[];
  readonly pattern: string | null; // a regular expression (RE2)
  readonly from: string | null; // name of an environment variable
  readonly section: SectionId;
  readonly span: Span;
}

/** A named moment of a run; reached when the run passes its place in the document. */
export interface Milestone {
  readonly id: string;
  readonly title: string;
  readonly at: Expression | null; // its time is a captured value instead
  readonly section: SectionId;
  readonly before: number; // it stands before `steps[before]`; `steps.length` at the end
  readonly span: Span;
}
export type Metric = "rto" | "rpo" | "ttd" | "ttr";
/** A promise of the run about time. */
export interface Objective {
  readonly id: string;
  readonly title: string | null;
  readonly metric: Metric;
  readonly maxMs: number;
  readonly from: string | null; // milestone ids
  readonly to: string | null;
  readonly value: Expression | null; // a duration, instead of from and to
  readonly section: SectionId;
  readonly span: Span;
}
export interface Reminder {
  readonly id: string;
  readonly title: string;
  readonly everyMs: number;
  readonly role: string | null;
  readonly section: SectionId;
  readonly span: Span;
}
export interface Include {
  readonly id: string;
  readonly file: string | null; // null: a section of this document
  readonly section: SectionId | null;
  readonly on: Readonly<Record<string, string>>;
  readonly own: boolean; // its connections and hosts come along, as `<id>.<name>`
  readonly set: Readonly<Record<string, string>>;
  readonly before: number; // its steps stand before `steps[before]`
  readonly within: SectionId;
  readonly span: Span;
}
/** A file whose text runs with the runbook's. */
export interface IncludedFile {
  readonly file: string; // its path from the runbook's folder, with `/`
  readonly digest: string; // sha256 (hex) of the exact bytes
  readonly files: readonly string[]; // its own `files`, from its own folder
}

/** The section and all that it is nested in, innermost first. */
export function ancestry(sections: ReadonlyMap<SectionId, Section>, id: SectionId): readonly Section[] {
  const found: Section[] = [];
  for (let section = sections.get(id); section; section = section.parent === null ? undefined : sections.get(section.parent))
    found.push(section);
  return found;
}

export const sectionsById = ({sections}: Runbook): ReadonlyMap<SectionId, Section> =>
  new Map(sections.map((section) => [section.id, section]));
export const stepsById = ({steps}: Runbook): ReadonlyMap<StepId, Step> => new Map(steps.map((step) => [step.id, step]));

/** The file that a place is in, as people should read it. */
export const pathOf = (runbook: Pick<Runbook, "path">, span: Span): string => span.file ?? runbook.path;

/** Tells a document from every other one: a change of it or of anything it includes is another edition. */
export const editionOf = ({digest, included}: Pick<Runbook, "digest" | "included">): string =>
  [digest, ...included.map((file) => `${file.file}:${file.digest}`)].join(" ");

/** What a person calls a step: its title, else its id. */
export const stepName = (step: Step): string => step.title ?? step.id;

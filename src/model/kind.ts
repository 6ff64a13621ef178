/** The contract of a cell kind. The house knows nothing else of bash or SQL: a new kind is one file that fulfils this. */
import type {Column, Fact, KeptProcess, Notice, Place, ServerIdentity, Stream, Table} from "./event.ts";
import type {Cell, Runbook, RunId, Settings, Span} from "./runbook.ts";

export interface Kind<Config = unknown, Session = unknown> {
  readonly name: string;
  readonly fences: readonly string[]; // the info words that mean this kind: ["sql", "postgresql"]
  readonly transcripts: readonly string[]; // info words whose lines carry a prompt: only those are commands
  readonly options: readonly string[]; // the options it knows beyond those of every cell
  readonly judge: "exit" | "sqlstate"; // an expectation that reads this takes the place of the kind's own promise
  readonly targets: "hosts" | "connections"; // what `on=` names in the frontmatter
  /** Reads its own options. Pure; reports what is wrong and never throws. */
  read(options: Attributes, report: (message: string) => void): Config;
  /** What is wrong with the cell's text, found without running it. */
  inspect(cell: Cell, runbook: Runbook): Promise<readonly Flaw[]>;
  /** What the text would destroy. `variables` are the names of the run's variables. */
  assess(cell: Cell, variables: readonly string[]): Promise<Assessment>;
  /** Opens what cells of one session share: a shell's state, a connection. */
  open(context: SessionContext): Promise<Session>;
  /** Where the cells of the session run, and as whom; left out by a kind whose cells all run here. */
  where?(session: Session): {readonly host: string; readonly user: string};
  /** Executes one attempt. When `signal` aborts it must end what it started, keep what was printed and return. */
  execute(task: Task<Config>, session: Session, emit: Emit, signal: AbortSignal): Promise<Finish>;
  /** Goes on with what `Background.process` names, which an earlier runner had begun; null: it is not there any more. Left out by a kind that keeps none. */
  adopt?(task: Task<Config>, session: Session, process: KeptProcess, emit: Emit): Promise<Background | null>;
  /** Ends the session and says what a person should know: "an open transaction was rolled back". */
  close(session: Session): Promise<readonly string[]>;
}
/** Kinds of every config live in one list; each alone knows its own. */
// biome-ignore lint/suspicious/noExplicitAny: a list of kinds has no one config
export type AnyKind = Kind<any, any>;
export type Attributes = Readonly<Record<string, string>>;

export interface Flaw {
  readonly rule: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly place: Place;
}

export interface Assessment {
  readonly verdict: "harmless" | "destructive" | "unknown";
  readonly reasons: readonly string[]; // 'line 3: DROP DATABASE "shop"'
  readonly unknown: readonly string[]; // what cannot be known before it runs
  readonly names: readonly string[]; // run variables that the text names
}

/** What a session may use of the run it belongs to. */
export interface SessionContext {
  readonly run: RunId;
  readonly name: string; // of the session: "main"
  readonly on: string | null; // the target's name
  readonly settings: Settings;
  readonly directory: string; // absolute; the runbook's folder
  readonly runDirectory: string; // absolute; the run folder
  /** Environment for processes: the caller's, plus PG* of the default connection. */
  environment(): Promise<Readonly<Record<string, string>>>;
  /** Resolves a connection of the frontmatter; throws an error that a person can act on. */
  connection(name: string): Promise<ResolvedConnection>;
  /** The URL of a host of the frontmatter; throws an error that a person can act on. */
  host(name: string): string;
  /** Everything that is to leave no trace, by name. */
  secrets(): ReadonlyMap<string, string>;
  record(fact: Fact): Promise<void>;
}

/** A connection as libpq would understand it, with every field explicit. */
export interface ResolvedConnection {
  readonly name: string;
  readonly host: string; // a host name, an address, or the folder of a Unix socket
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: (() => Promise<string | undefined>) | undefined;
  readonly ssl: false | {readonly [option: string]: unknown};
  readonly sslOtherwise: false | {readonly [option: string]: unknown} | null; // tried when the server does not take `ssl`: sslmode prefer and allow
  readonly sessionAttributes: "any" | "read-write" | "read-only" | "primary" | "standby" | "prefer-standby"; // target_session_attrs
  readonly options: string | null; // command-line options for the server
  readonly applicationName: string | null;
  readonly connectTimeoutMs: number | null;
  readonly readonly: boolean;
  readonly embedded: boolean;
  readonly demo: boolean;
}

export interface Task<Config = unknown> {
  readonly cell: Cell;
  readonly config: Config;
  readonly attempt: number;
  readonly timeoutMs: number | null; // what the attempt may take; whoever asked for it aborts it then
  readonly variables: ReadonlyMap<string, BoundVariable>; // present values, secrets included
  readonly runLabel: string; // "runbook <run> <step>": for application_name
  readonly terminal: TerminalLine | null; // where the cell says `tty`
  /** Null: the cell destroys nothing. Else to be told of the server before anything is sent; throws where the cell must not act on it. */
  readonly claim: ((server: ServerIdentity) => Promise<void>) | null;
}
export interface BoundVariable {
  readonly value: string;
  readonly secret: boolean;
  readonly setAt: number; // number of the event that set it
}

/** What comes from the people at a cell's terminal. */
export interface TerminalLine {
  readonly size: TerminalSize; // as it is now
  readonly attended: boolean; // false: nobody can type
  /** From now on the program hears what is typed, and of what size the terminal is; false from `type`: it takes no more. */
  connect(program: {type(text: string): boolean; resize(size: TerminalSize): void}): void;
  /** To be told when a prompt was answered with the secret of this name. */
  answered(secret: string): void;
}
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A promise asks the kind to wait: nobody keeps up with what it prints. */
export type Emit = (output: RawOutput) => void | Promise<void>;
/** An output before redaction; text is bytes still, however the pipe cut them. */
export type RawOutput =
  | {readonly type: "bytes"; readonly stream: Stream; readonly bytes: Uint8Array}
  | Table
  | Notice
  | {readonly type: "command"; readonly statement: number; readonly line: number; readonly tag: string; readonly ms: number};

/** What a kind knows of an attempt that has ended. */
export interface Finish {
  readonly exit: number | null;
  readonly signal: string | null;
  readonly sqlstate: string | null;
  readonly error: {readonly message: string; readonly place: Place | null; readonly detail: string | null} | null; // its own promise was broken
  readonly lost: string | null; // nobody can know how it ended, and why
  readonly state: "taken" | "not taken" | null;
  readonly transaction: "idle" | "open" | "failed" | null;
  readonly leftovers: readonly string[];
  readonly kept: readonly string[];
  readonly detail: string | null;
  /** The session's own value of a shell variable, for `shell.NAME`; null where the kind has none. */
  readonly shell: ((name: string) => string | undefined) | null;
  readonly endedFirst?: boolean; // it came to its end before it was told to end, and that stands
  readonly timedOut?: boolean; // it was ended elsewhere because the attempt's time was over, before anybody here said so
  readonly background?: Background; // it is ready, and goes on
}

/** What goes on after a background cell was ready; what it prints comes by the same `emit`. */
export interface Background {
  /** What goes on when its runner is gone, for `adopt`; null: nothing does. */
  readonly process: KeptProcess | null;
  /** It is on record that it goes on; from now on it may outlive a runner that is killed. */
  recorded(): void;
  /** How it ended, by itself or because it was told to. */
  readonly ended: Promise<Finish>;
  /** Ends it; `keep` lets go of it, where the cell says so. */
  end(keep: boolean): void;
}

/** The document's place of a place in a cell. */
export function locate(cell: Cell, place: Place): Span {
  const [line, column] = cell.lines[Math.min(place.line, cell.lines.length) - 1] ?? [cell.span.line, cell.span.column];
  const at = column + (place.column ?? 1) - 1;
  return {...(cell.span.file !== undefined && {file: cell.span.file}), line, column: at, endLine: line, endColumn: at};
}

export const isNumeric = ({type}: Column): boolean =>
  ["int2", "int4", "int8", "float4", "float8", "numeric", "oid", "money"].includes(type);

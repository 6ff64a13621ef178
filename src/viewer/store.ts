/** What a page knows: the document, and the fold of the events that came. Elements watch it, and hear only of what concerns them. */
import type {Said} from "../model/closing.ts";
import type {Command} from "../model/command.ts";
import {refusal} from "../model/command.ts";
import {durationsOf} from "../model/durations.ts";
import type {Event} from "../model/event.ts";
import type {Run, StepRun} from "../model/run.ts";
import {attemptsOf, blank, fold, stepRun} from "../model/run.ts";
import type {Runbook, Step, StepId} from "../model/runbook.ts";
import {editionOf, stepsById} from "../model/runbook.ts";
import type {DeskState, ServedDocument, ServedRecord} from "../model/served.ts";
import {findStale} from "../model/stale.ts";
import {announce} from "./announce.ts";
import type {Happening} from "./happening.ts";
import {tell} from "./happening.ts";
import type {Connection, RunSource} from "./source.ts";

type Watcher = () => void;
const mostSaid = 4;
const patienceMs = 400; // the document is shown by then, whatever of the run has come

export class RunStore {
  readonly source: RunSource;
  document: ServedDocument | ServedRecord;
  run: Run = blank;
  desk: DeskState | null = null;
  connection: Connection = "opening";
  /** Why no step can be started now; null when one can. The same for every step, so it is found once. */
  blocked: string | null = null;
  trouble: string | null = null; // of the last command
  announcement = "";
  /** Cells whose result is older than what ran above them since. */
  stale: ReadonlyMap<StepId, StepId> = new Map();
  #lastMs: Readonly<Record<StepId, number>>;
  #steps: ReadonlyMap<StepId, Step>;
  #clockAheadMs = 0;
  #leave: (() => void) | null = null;
  #happenings: Happening[] = [];
  #untold: Event[] = []; // nobody has asked for what they say yet
  readonly #watchers = new Set<Watcher>();
  readonly #stepWatchers = new Map<StepId, Set<Watcher>>();

  private constructor(source: RunSource, document: ServedDocument | ServedRecord) {
    this.source = source;
    this.document = document;
    this.#steps = stepsById(document.runbook);
    this.#lastMs = document.lastMs ?? {};
    this.#judge();
  }

  /** With the document and, unless that takes long, with all that has happened: it is then drawn once. */
  static async open(source: RunSource): Promise<RunStore> {
    const past = source.past();
    const store = new RunStore(source, await source.document());
    const caughtUp = past.then((events) => {
      if (events.length > 0) store.#receive(events, {isPast: true});
      store.#follow();
    });
    await Promise.race([caughtUp, new Promise((resolve) => setTimeout(resolve, patienceMs))]);
    return store;
  }

  /** What happened in the run, the oldest first; it grows in place. */
  get happenings(): readonly Happening[] {
    for (const event of this.#untold.splice(0)) {
      const happening = tell(event);
      if (happening) this.#happenings.push(happening);
    }
    return this.#happenings;
  }

  get runbook(): Runbook {
    return this.document.runbook;
  }

  /** The record that is being read; null at a live runbook. */
  get record(): ServedRecord | null {
    return "id" in this.document ? this.document : null;
  }

  step(id: StepId): Step | undefined {
    return this.#steps.get(id);
  }

  stepRun(id: StepId): StepRun {
    return stepRun(this.run, id);
  }

  /** How long the cell took when it passed last, in this run or the one before; null when nobody knows. */
  usualMs(id: StepId): number | null {
    const earlier = attemptsOf(this.stepRun(id)).findLast(({outcome}) => outcome.type === "passed");
    return earlier?.ending.durationMs ?? this.#lastMs[id] ?? null;
  }

  /** Somebody is at work on the run. */
  get isLive(): boolean {
    return this.run.start !== null && this.run.ended === null && (this.record === null || (this.record.live && this.connection !== "over"));
  }

  /** The server's time. */
  get now(): number {
    return Date.now() + this.#clockAheadMs;
  }

  /** Calls back when the step changes; with null when anything but an output changes. */
  watch(step: StepId | null, watcher: Watcher): () => void {
    const watchers = step === null ? this.#watchers : (this.#stepWatchers.get(step) ?? new Set());
    if (step !== null) this.#stepWatchers.set(step, watchers);
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  }

  refuse(command: Command): string | null {
    return refusal(this.runbook, this.run, command);
  }

  async send(command: Command): Promise<boolean> {
    this.trouble = (await this.source.commands?.send(command)) ?? null;
    this.#notify();
    return this.trouble === null;
  }

  /** Says what people know of a run that is over; null when it was recorded, else why not. */
  async say(said: Said): Promise<string | null> {
    const recorded = await this.source.say?.(this.run.start!.run, said);
    if (recorded === undefined || typeof recorded === "string") return recorded ?? "nothing can be recorded here";
    this.#receive([recorded]);
    return null;
  }

  dismiss(): void {
    this.trouble = null;
    this.#notify();
  }

  close(): void {
    this.#leave?.();
  }

  #follow(): void {
    this.#leave?.();
    const lastId = (): string | null => (this.run.start ? `${this.run.start.run}/${this.run.seq}` : null);
    this.#leave = this.source.follow(lastId, {
      events: (events) => this.#receive(events),
      desk: (state) => void this.#sitDown(state),
      connection: (state) => {
        const wasLive = this.isLive;
        this.connection = state;
        if (this.isLive === wasLive) this.#notify();
        else this.#notifyAll();
      }
    });
  }

  /** `isPast`: it happened before anybody looked, and is not announced. */
  #receive(events: readonly Event[], {isPast = false} = {}): void {
    const changed = new Set<StepId>();
    let beyondOutput = false;
    let started = false;
    const said: string[] = [];
    const known = this.run.seq;
    try {
      this.run = fold(events, this.run);
      for (const event of events) {
        if (event.seq <= known) continue;
        if ("step" in event && event.step !== null) changed.add(event.step);
        if (event.type === "output-written") continue;
        beyondOutput = true;
        started ||= event.type === "cell-started";
        this.#untold.push(event);
        const words = isPast ? null : announce(event, this.#steps);
        if (words !== null) said.push(words);
      }
    } catch {
      this.#follow(); // a gap: what is missing comes again, from where the fold stands
    }
    if (said.length > 0) this.announcement = said.slice(-mostSaid).join(". "); // each once, and no flood
    const blocked = this.blocked;
    if (beyondOutput) this.#judge();
    if (started) for (const id of this.#findStale()) changed.add(id);
    if (this.blocked !== blocked) this.#notifyAll();
    else {
      for (const id of changed) this.#notifyStep(id);
      if (beyondOutput) this.#notify();
    }
  }

  async #sitDown(state: DeskState): Promise<void> {
    const asked = [this.desk?.asking, state.asking];
    const {blocked} = this;
    this.desk = state;
    this.#clockAheadMs = Date.parse(state.now) - Date.now();
    const isOther = state.digest !== editionOf(this.runbook);
    const isAnew = (this.run.start?.run ?? null) !== state.run && this.run.start !== null;
    if (isAnew) this.#putAway();
    if (isOther) {
      this.document = await this.source.document();
      this.#steps = stepsById(this.document.runbook);
      this.#lastMs = this.document.lastMs ?? this.#lastMs;
    }
    this.#judge();
    if (isOther || isAnew || this.blocked !== blocked) return this.#notifyAll();
    for (const id of new Set(asked)) if (id) this.#notifyStep(id);
    this.#notify();
  }

  #putAway(): void {
    this.#happenings = [];
    this.#untold = [];
    this.#lastMs = {...this.#lastMs, ...durationsOf(this.run)};
    this.run = blank;
    this.stale = new Map();
  }

  /** The cells about which that has changed. */
  #findStale(): readonly StepId[] {
    const before = this.stale;
    this.stale = findStale(this.runbook, this.run);
    return [...new Set([...before.keys(), ...this.stale.keys()])].filter((id) => before.get(id) !== this.stale.get(id));
  }

  #judge(): void {
    this.blocked = this.refuse({type: "run", to: null, section: null});
  }

  #notify(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #notifyStep(id: StepId): void {
    for (const watcher of this.#stepWatchers.get(id) ?? []) watcher();
  }

  #notifyAll(): void {
    this.#notify();
    for (const id of this.#stepWatchers.keys()) this.#notifyStep(id);
  }
}

/**
 * One runbook on the server, and the run that people make of it. The run belongs to the desk and not to a page: commands come in
 * from any number of pages, are judged by `refusal`, and become what the run is told when it asks what comes next.
 */
import type {Command} from "../model/command.ts";
import {refusal} from "../model/command.ts";
import type {Event, Mode} from "../model/event.ts";
import type {AnyKind} from "../model/kind.ts";
import {planRun} from "../model/plan.ts";
import type {Run} from "../model/run.ts";
import {blank, fold} from "../model/run.ts";
import type {Step, StepId} from "../model/runbook.ts";
import {editionOf} from "../model/runbook.ts";
import type {DeskState} from "../model/served.ts";
import {UsageError} from "../model/usage-error.ts";
import type {GivenValue, Performance, RunRequest} from "../runtime/conductor.ts";
import {resume} from "../runtime/resume.ts";
import {Broadcast} from "./broadcast.ts";
import {findDeviation} from "./following.ts";
import type {Offer} from "./interrupted.ts";
import {findOffer, refuseOffer, toServed} from "./interrupted.ts";
import {findLack} from "./lack.ts";
import type {OpenedDocument} from "./library.ts";
import {Operator} from "./operator.ts";
import {findFlaw, refuseByPattern} from "./refuse.ts";
import {Typing} from "./typing.ts";

export interface DeskOptions {
  readonly runsDirectory: string;
  readonly mode: Mode;
  readonly kinds: readonly AnyKind[];
  readonly environment: Readonly<Record<string, string>>;
  /** Reads the document as it is now. */
  read(): Promise<OpenedDocument>;
  perform(request: RunRequest): Promise<Performance>;
}

export class Desk {
  readonly broadcast = new Broadcast(() => this.state);
  document: OpenedDocument;
  run: Run = blank;
  readonly #options: DeskOptions;
  readonly #operator: Operator;
  readonly #values = new Map<string, GivenValue>();
  #mode: Mode;
  #performance: Performance | null = null;
  #trouble: string | null = null;
  readonly #typing = new Typing();
  readonly #lookup = (name: string): string | undefined => this.#values.get(name)?.value ?? this.#options.environment[name];
  #interrupted: Offer | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(document: OpenedDocument, options: DeskOptions) {
    this.document = document;
    this.#options = options;
    this.#mode = options.mode;
    this.#operator = new Operator({runbook: () => this.document.runbook, run: () => this.run, onChange: () => this.#tell()});
    this.#tell();
  }

  static async open(options: DeskOptions): Promise<Desk> {
    const desk = new Desk(await options.read(), options);
    await desk.#findInterrupted();
    return desk;
  }

  get state(): DeskState {
    return {
      name: this.document.runbook.path,
      run: this.run.start?.run ?? null,
      digest: editionOf(this.document.runbook),
      mode: this.run.start?.mode ?? this.#mode,
      following: this.#operator.following,
      asking: this.#operator.asking,
      present: this.broadcast.present,
      values: Object.fromEntries([...this.#values].map(([name, {value}]) => [name, this.#isSecret(name) ? null : value])),
      trouble: this.#trouble,
      interrupted: this.run.start === null ? toServed(this.#interrupted) : null,
      now: new Date().toISOString()
    };
  }

  /** Reads the document again, unless a run is going on: that keeps the bytes it started with. */
  async refresh(): Promise<OpenedDocument> {
    if (this.run.start !== null) return this.document;
    const found = await this.#options.read();
    if (this.run.start === null && editionOf(found.runbook) !== editionOf(this.document.runbook)) {
      this.document = found;
      await this.#findInterrupted();
    }
    return this.document;
  }

  /** Does what a person asks; or the reason why not, in words. Commands are taken one at a time, in the order they came. */
  command(command: Command, by: string): Promise<string | null> {
    const answer = this.#turn.then(() => this.#take(command, by));
    this.#turn = answer.catch(() => {});
    return answer;
  }

  /** Ends what the run started. Its journal stays whole and without an end: the run is interrupted, and can be resumed. */
  async close(): Promise<void> {
    const left = this.#performance?.leave();
    this.#operator.leave();
    await left;
    this.broadcast.close();
  }

  async #take(command: Command, by: string): Promise<string | null> {
    const {runbook} = this.document;
    const reason =
      refusal(runbook, this.run, command) ??
      this.#operator.refuse(command) ??
      refuseByPattern(runbook, command) ??
      (await findFlaw(runbook, command, this.#options.kinds));
    if (reason !== null) return reason;
    switch (command.type) {
      case "set-mode":
        this.#mode = command.mode;
        this.#tell();
        return null;
      case "begin-again":
        await this.#performance?.done.catch(() => {}); // its last event is heard before its journal is closed
        this.#putAway();
        return null;
      case "resume":
        return this.#resume(by, command.acceptChanges);
      case "set-input":
        return this.#setInput({name: command.name, value: command.value, by, via: "page"});
      case "remind-done": {
        const {time} = this.run.reminders.get(command.reminder)!;
        await this.#performance?.record({type: "reminder-done", reminder: command.reminder, time, by});
        return null;
      }
      case "say":
        await this.#performance?.record({type: "closing-answered", ...command.said, by, via: "page"});
        return null;
      case "type-in":
      case "resize":
        return this.#typing.take(command, this.#performance, by);
      case "cancel":
        this.#operator.stop();
        await this.#performance?.cancelStep(by);
        return null;
      case "abandon":
        this.#operator.stop();
        await this.#performance?.cancel(command.why.trim() === "" ? by : `${by} (${command.why.trim()})`);
        return null;
      default: {
        const trouble = await this.#start(by);
        return trouble ?? this.#conduct(command, by, this.#performance!);
      }
    }
  }

  async #conduct(
    command: Extract<Command, {type: "execute" | "execute-edited" | "run" | "answer" | "tick" | "skip" | "finish"}>,
    by: string,
    performance: Performance
  ): Promise<string | null> {
    const {runbook} = this.document;
    const step = "step" in command ? runbook.steps.find(({id}) => id === command.step)! : null;
    if (command.type === "tick" && step?.type === "checklist" && step.advisory) {
      await performance.record({type: "item-checked", step: step.id, item: command.item, checked: command.checked, by});
      return null;
    }
    const {asking} = this.#operator;
    const withdraws = asking !== null && (command.type === "finish" || command.type === "skip" || (step !== null && asking !== step.id));
    if (command.type === "skip") await this.#skip(step!, command.why, by, performance);
    else if (step !== null && asking !== step.id) await this.#noteDeviation(step.id, by, performance);
    const reason = command.type === "skip" ? null : this.#operator.take(command, by);
    // Only then, or the course would ask the same again before it hears what is wanted instead.
    if (withdraws) await performance.cancelStep(by);
    return reason;
  }

  async #skip(step: Step, why: string, by: string, performance: Performance): Promise<void> {
    await performance.record({type: "step-skipped", step: step.id, reason: why, by});
    await performance.record({type: "deviation-recorded", deviation: "skipped", step: step.id, by, why});
    this.#operator.wake();
  }

  async #noteDeviation(step: StepId, by: string, performance: Performance): Promise<void> {
    const deviation = findDeviation(this.document.runbook, this.run, step);
    if (deviation !== null) await performance.record({type: "deviation-recorded", deviation, step, by, why: ""});
  }

  /** The first step that is asked for starts a run. */
  async #start(by: string): Promise<string | null> {
    if (this.#performance !== null) return null;
    const seen = editionOf(this.document.runbook);
    const {runbook} = await this.refresh();
    if (editionOf(runbook) !== seen) return "the document has changed since it was opened; look at it again, then run";
    const lack = await findLack(runbook, this.#options.environment, this.#lookup);
    if (lack !== null) return lack;
    return this.#begin(() =>
      this.#options.perform({
        ...this.document,
        runsDirectory: this.#options.runsDirectory,
        plan: planRun(runbook),
        mode: this.#mode,
        operator: by,
        kinds: this.#options.kinds,
        environment: this.#options.environment,
        values: [...this.#values.values()],
        conductor: this.#operator,
        screen: () => this.#typing.size,
        onEvents: (events) => this.hear(events)
      })
    );
  }

  /** Goes on with the run that was interrupted; what was lost in it waits for somebody's word. */
  async #resume(by: string, acceptChanges: boolean): Promise<string | null> {
    const {runbook} = await this.refresh();
    const offer = this.#interrupted;
    const reason = refuseOffer(offer, acceptChanges) ?? (await findLack(runbook, this.#options.environment, this.#lookup));
    if (reason !== null) return reason;
    const trouble = await this.#begin(() =>
      resume({
        ...this.document,
        folder: offer!.folder,
        acceptChanges,
        cutShort: new Set(), // people see for themselves what was cancelled
        operator: by,
        kinds: this.#options.kinds,
        environment: this.#options.environment,
        values: [...this.#values.values()],
        conductor: this.#operator,
        screen: () => this.#typing.size,
        onEarlier: (events) => this.hear(events),
        onEvents: (events) => this.hear(events)
      })
    );
    if (trouble === null) this.#interrupted = null;
    else if (this.run.start !== null) this.#putAway();
    return trouble;
  }

  async #findInterrupted(): Promise<void> {
    this.#interrupted = await findOffer(this.document, this.#options);
    this.#tell();
  }

  async #begin(make: () => Promise<Performance>): Promise<string | null> {
    this.#trouble = null;
    try {
      this.#performance = await make();
    } catch (error) {
      if (error instanceof UsageError) return error.message;
      throw error;
    }
    const performance = this.#performance;
    performance.done.then(
      () => this.#ended(performance, null),
      (error) => this.#ended(performance, error instanceof Error ? error.message : String(error))
    );
    return null;
  }

  #ended(performance: Performance, trouble: string | null): void {
    if (this.#performance !== performance) return;
    this.#performance = null;
    this.#trouble = trouble;
    this.#operator.stop();
    this.#tell();
  }

  #putAway(): void {
    this.run = blank;
    this.#values.clear();
    this.broadcast.reset(null);
    this.#tell();
  }

  async #setInput(given: GivenValue): Promise<null> {
    if (this.#operator.give(given)) return null;
    if (this.#performance) await this.#performance.record({type: "input-set", ...given, secret: this.#isSecret(given.name)});
    else this.#values.set(given.name, given);
    this.#tell();
    return null;
  }

  /** What happens in the run, and what is said of it afterwards. */
  hear(events: readonly Event[]): void {
    const started = events.find(({type}) => type === "run-started");
    if (started?.type === "run-started") this.broadcast.reset(started.run);
    this.run = fold(events, this.run);
    if (started) this.#tell();
    this.broadcast.publish(events);
  }

  #tell(): void {
    this.broadcast.announce();
  }

  #isSecret(name: string): boolean {
    return this.document.runbook.inputs.some((input) => input.name === name && input.type === "secret");
  }
}

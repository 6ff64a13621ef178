/** Conducts a run by what people ask for at their pages: it waits where nobody has asked for anything. */
import type {Command} from "../model/command.ts";
import type {Edit} from "../model/edit.ts";
import type {Question} from "../model/event.ts";
import type {Run} from "../model/run.ts";
import type {Input, Runbook, Step, StepId} from "../model/runbook.ts";
import type {Following} from "../model/served.ts";
import type {Answered, Conductor, GivenValue, Move} from "../runtime/conductor.ts";
import type {Course, Finishing} from "./following.ts";
import {beginCourse, finishCourse, followCourse} from "./following.ts";

interface Asking {
  readonly step: Step;
  readonly question: Question;
  tick(item: number, checked: boolean, by: string): Promise<void>;
  answer(answered: Answered | null): void;
}
/** What came for a question before it was asked. */
interface Prepared {
  readonly answer: Answered | null;
  readonly ticks: readonly {readonly item: number; readonly checked: boolean; readonly by: string}[];
}
interface Sight {
  runbook(): Runbook;
  run(): Run;
  onChange(): void;
}

export class Operator implements Conductor {
  readonly #sight: Sight;
  readonly #prepared = new Map<StepId, Prepared>();
  readonly #inputs = new Map<string, (given: GivenValue | null) => void>();
  #queue: Move[] = [];
  #course: Course | null = null;
  #finishing: Finishing | null = null;
  #asking: Asking | null = null;
  #approaching: StepId | null = null; // it has been told to pass this one, which has not asked yet
  #wake: (() => void) | null = null;
  #left = false;

  constructor(sight: Sight) {
    this.#sight = sight;
  }

  get asking(): StepId | null {
    return this.#asking?.step.id ?? null;
  }

  get following(): Following | null {
    return this.#course && {by: this.#course.by, to: this.#course.to, section: this.#course.section};
  }

  /** Why it cannot take the command at this moment, beyond what the run itself shows. */
  refuse(command: Command): string | null {
    const executes = command.type === "execute" || command.type === "execute-edited";
    if (!executes && command.type !== "run" && command.type !== "finish") return null;
    if (this.#finishing !== null) return "the run is being finished";
    if (executes && this.#asking?.step.id === command.step) return "it is waiting for an answer";
    return this.#sight.run().start === null || this.#sight.run().ended !== null || this.#wake !== null || this.#asking !== null
      ? null
      : "something is about to run";
  }

  take(command: Extract<Command, {type: "execute" | "execute-edited" | "run" | "answer" | "tick" | "finish"}>, by: string): string | null {
    switch (command.type) {
      case "execute":
        this.#course = null;
        return this.#pass(command.step, by);
      case "execute-edited":
        this.#course = null;
        return this.#pass(command.step, by, undefined, {text: command.text, by, why: command.why.trim()});
      case "run":
        this.#course = beginCourse(this.#sight.runbook(), this.#sight.run(), {by, to: command.to, section: command.section});
        break;
      case "finish":
        this.#course = null;
        this.#finishing = {by, why: command.why.trim()};
        break;
      case "tick": {
        const {item, checked} = command;
        if (this.#asking?.step.id !== command.step)
          return this.#pass(command.step, by, {
            answer: null,
            ticks: [...(this.#prepared.get(command.step)?.ticks ?? []), {item, checked, by}]
          });
        void this.#asking.tick(item, checked, by);
        return null;
      }
      case "answer": {
        const answered: Answered = {answer: command.answer, by, note: command.note, via: "page"};
        if (this.#asking?.step.id !== command.step) return this.#pass(command.step, by, {answer: answered, ticks: []});
        this.#asking.answer(honest(answered, this.#asking.question));
        return null;
      }
    }
    this.wake();
    return null;
  }

  /** Gives a value that is being waited for; false when nobody waits for it. */
  give(given: GivenValue): boolean {
    const take = this.#inputs.get(given.name);
    take?.(given);
    return take !== undefined;
  }

  /** Nothing follows by itself any more. */
  stop(): void {
    this.#queue = [];
    this.#course = null;
    this.#finishing = null;
    this.#prepared.clear();
    this.wake();
  }

  /** The server stops: nobody will ask for anything any more. */
  leave(): void {
    this.#left = true;
    this.stop();
  }

  wake(): void {
    this.#wake?.();
    this.#wake = null;
    this.#sight.onChange();
  }

  async choose(run: Run): Promise<Move> {
    this.#approaching = null;
    for (;;) {
      const move = this.#next(run);
      if (move) {
        this.#approaching = move.type === "pass" ? move.step : null;
        return move;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      run = this.#sight.run();
    }
  }

  async ask(step: Step, question: Question, tick: Asking["tick"], signal: AbortSignal): Promise<Answered | null> {
    const prepared = this.#prepared.get(step.id);
    this.#prepared.delete(step.id);
    this.#approaching = null;
    if (prepared?.answer && !needsSight(question)) return honest(prepared.answer, question);
    const answered = waitFor<Answered>(signal, (answer) => {
      this.#asking = {step, question, tick, answer};
    });
    for (const {item, checked, by} of prepared?.ticks ?? []) await tick(item, checked, by);
    this.#sight.onChange();
    return answered.finally(() => {
      this.#asking = null;
      this.#sight.onChange();
    });
  }

  value({name}: Input, _step: StepId | null, signal: AbortSignal): Promise<GivenValue | null> {
    return waitFor<GivenValue>(signal, (give) => this.#inputs.set(name, give)).finally(() => this.#inputs.delete(name));
  }

  #pass(step: StepId, by: string, prepared?: Prepared, edit?: Edit): null {
    if (prepared) this.#prepared.set(step, prepared);
    if (this.#approaching !== step && !this.#queue.some((move) => move.type === "pass" && move.step === step))
      this.#queue.push({type: "pass", step, by, ...(edit && {edit})});
    this.wake();
    return null;
  }

  #next(run: Run): Move | null {
    if (this.#left) return {type: "end"};
    if (run.cancelled !== null) return finishCancelled(this.#sight.runbook(), run);
    const queued = this.#queue.shift();
    if (queued) return queued;
    if (this.#finishing !== null) return finishCourse(this.#sight.runbook(), run, this.#finishing);
    if (this.#course === null) return null;
    const move = followCourse(this.#sight.runbook(), run, this.#course);
    if (move === null) {
      this.#course = null;
      this.#sight.onChange();
    }
    return move;
  }
}

// Only the always sections are left, and nobody needs to be told of each step that was not reached.
function finishCancelled(runbook: Runbook, run: Run): Move {
  const move = finishCourse(runbook, run, {by: run.cancelled!.by, why: ""});
  return move.type === "pass" ? move : {type: "end"};
}

/** What it shows is only known once it is asked, and nobody agrees to what they have not seen. */
const needsSight = (question: Question): boolean =>
  question.type === "confirmation" || (question.type === "gate" && question.releases.length > 0);

/** Whether a choice is the one that was proposed is not for the page to say. */
function honest(answered: Answered, question: Question): Answered {
  const {answer} = answered;
  return answer.type === "chosen"
    ? {...answered, answer: {...answer, proposed: question.type === "decision" && question.proposed === answer.choice}}
    : answered;
}

function waitFor<T>(signal: AbortSignal, offer: (resolve: (value: T | null) => void) => void): Promise<T | null> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(null);
    signal.addEventListener("abort", () => resolve(null), {once: true});
    offer(resolve);
  });
}

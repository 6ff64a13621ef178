import {StringDecoder} from "node:string_decoder";
import {setTimeout as sleep} from "node:timers/promises";
import {stripVTControlCharacters} from "node:util";
import {compilePattern} from "../../../../expression/index.ts";
import type {PromptAnswer} from "../../../../model/runbook.ts";
import type {Secrets} from "../secrets.ts";
import {echoes} from "./echo.ts";

interface Hands {
  readonly path: string; // of the terminal
  type(text: string): boolean;
  answered(secret: string): void;
}
interface Answer extends PromptAnswer {
  readonly matches: (line: string) => boolean;
}

const longestLine = 16 * 1024;
const longestPauseMs = 250;

/**
 * Answers prompts with secrets: each answer once, when the line that the cursor is in matches, and only while the terminal does not
 * show what is typed.
 */
export class Answerer {
  readonly #hands: Hands;
  readonly #secrets: Secrets;
  readonly #decoder = new StringDecoder("utf8");
  #left: readonly Answer[];
  #line = "";
  #asking: Answer | null = null;
  #closed = false;

  constructor(answers: readonly PromptAnswer[], secrets: Secrets, hands: Hands) {
    this.#left = answers.map((answer) => ({...answer, matches: compilePattern(answer.prompt).matches}));
    this.#secrets = secrets;
    this.#hands = hands;
  }

  take(bytes: Uint8Array): void {
    if (this.#closed || this.#left.length === 0) return;
    const text = this.#line + this.#decoder.write(bytes as Buffer);
    this.#line = text.slice(text.lastIndexOf("\n") + 1).slice(-longestLine);
    if (this.#asking !== null) return;
    const asking = this.#left.find((answer) => this.#asks(answer));
    if (asking) void this.#answer(asking);
  }

  /** The cell has ended; what a person should know. */
  close(): string | null {
    this.#closed = true;
    return this.#asking && this.#asks(this.#asking)
      ? `the prompt ${JSON.stringify(this.#shown.trim())} was not answered with ${this.#asking.secret}: the terminal went on showing what is typed`
      : null;
  }

  get #shown(): string {
    const line = stripVTControlCharacters(this.#line);
    return line.slice(line.replace(/\r+$/, "").lastIndexOf("\r") + 1);
  }

  #asks({matches}: Answer): boolean {
    const shown = this.#shown;
    return shown !== "" && matches(shown);
  }

  async #answer(answer: Answer): Promise<void> {
    this.#asking = answer;
    // programs print a prompt, and then hide what is typed: not always in this order
    for (let pause = 5; !this.#closed; pause = Math.min(pause * 2, longestPauseMs)) {
      if (!this.#asks(answer)) {
        this.#asking = null; // somebody else has answered
        return;
      }
      const hidden = !(await echoes(this.#hands.path));
      if (hidden && !this.#closed && this.#asks(answer)) break;
      await sleep(pause);
    }
    if (this.#closed) return;
    this.#asking = null;
    this.#left = this.#left.filter((other) => other !== answer);
    this.#line = "";
    if (this.#hands.type(`${this.#secrets.get(answer.secret)}\r`)) this.#hands.answered(answer.secret);
  }
}

/** Why a cell cannot start whose prompts are to be answered; null when it can. */
export function refuseAnswers(answers: readonly PromptAnswer[], secrets: Secrets): string | null {
  for (const {secret} of answers) {
    const value = secrets.get(secret);
    if (!value)
      return `a prompt is to be answered with the secret ${secret}, which was not supplied to this run; set it in the environment or by --env-file`;
    if (/[\0-\x1f\x7f]/.test(value))
      return `a prompt is to be answered with the secret ${secret}, which holds a line break or another control character; a terminal would take that for a key`;
  }
  return null;
}

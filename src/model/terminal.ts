/** What is told of the terminal that an attempt ran in, and what is known of it. */
import type {Via} from "./event.ts";
import type {StepId} from "./runbook.ts";

export type TerminalFact =
  | {readonly type: "terminal-sized"; readonly step: StepId; readonly attempt: number; readonly columns: number; readonly rows: number}
  | TerminalTyped
  | {readonly type: "prompt-answered"; readonly step: StepId; readonly attempt: number; readonly secret: string}; // with the secret of that name
/** Somebody typed into it, for the first time in this attempt. What it was stands in the output as far as it was shown, and nowhere else. */
interface TerminalTyped {
  readonly type: "terminal-typed";
  readonly step: StepId;
  readonly attempt: number;
  readonly by: string;
  readonly via: Via;
}

export interface Terminal {
  readonly columns: number; // as it was last
  readonly rows: number;
  readonly typists: readonly string[]; // who typed into it
  readonly answered: readonly string[]; // names of the secrets that answered prompts
}

const usual: Terminal = {columns: 80, rows: 24, typists: [], answered: []};

export function applyToTerminal(was: Terminal | null, fact: TerminalFact): Terminal {
  const terminal = was ?? usual;
  switch (fact.type) {
    case "terminal-sized":
      return {...terminal, columns: fact.columns, rows: fact.rows};
    case "terminal-typed":
      return {...terminal, typists: [...terminal.typists, fact.by]};
    case "prompt-answered":
      return {...terminal, answered: [...terminal.answered, fact.secret]};
  }
}

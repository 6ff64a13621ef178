/** The terminal of one attempt. People type into it from wherever they are; the journal says who did, and never what. */
import type {Fact, Via} from "../model/event.ts";
import type {TerminalLine, TerminalSize} from "../model/kind.ts";
import type {StepId} from "../model/runbook.ts";
import type {Stage} from "./stage.ts";

export interface OpenTerminal {
  readonly line: TerminalLine;
  /** Null when it was taken, else the reason why not. */
  type(text: string, by: string, via: Via): string | null;
  resize(size: TerminalSize): void;
}

const usual: TerminalSize = {columns: 80, rows: 24};

/** `before`: called before a fact is written, so that it stands where it happened in what the cell printed. */
export function openTerminal(
  stage: Stage,
  {step, attempt, before}: {readonly step: StepId; readonly attempt: number; before(): void}
): OpenTerminal {
  const {screen} = stage.request;
  const write = (fact: Fact): void => {
    before();
    stage.write(fact);
  };
  let size: TerminalSize = screen ? screen() : usual;
  let program: Parameters<TerminalLine["connect"]>[0] | null = null;
  let early = ""; // typed before there was a program
  const typists = new Set<string>();
  write({type: "terminal-sized", step, attempt, ...size});
  return {
    line: {
      get size() {
        return size;
      },
      attended: screen !== null && screen !== undefined,
      connect(connected) {
        program = connected;
        if (early !== "") connected.type(early);
      },
      answered: (secret) => write({type: "prompt-answered", step, attempt, secret})
    },
    type(text, by, via) {
      if (program === null) early += text;
      else if (!program.type(text)) return "the program does not read what is typed; too much is waiting for it";
      if (!typists.has(by)) write({type: "terminal-typed", step, attempt, by, via});
      typists.add(by);
      return null;
    },
    resize({columns, rows}) {
      if (columns === size.columns && rows === size.rows) return;
      size = {columns, rows};
      write({type: "terminal-sized", step, attempt, columns, rows});
      program?.resize(size);
    }
  };
}

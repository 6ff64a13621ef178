import type {Command} from "../model/command.ts";
import type {TerminalSize} from "../model/kind.ts";
import type {Performance} from "../runtime/conductor.ts";

/** What people do at the terminals of cells. The next terminal is as large as the last one was made. */
export class Typing {
  size: TerminalSize = {columns: 80, rows: 24};

  /** Null when it was taken, else the reason why not. */
  take(command: Extract<Command, {type: "type-in" | "resize"}>, performance: Performance | null, by: string): string | null {
    if (command.type === "type-in") return performance?.type(command.step, command.text, by, "page") ?? null;
    this.size = {columns: command.columns, rows: command.rows};
    performance?.resize(command.step, this.size);
    return null;
  }
}

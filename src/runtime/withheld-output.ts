/** Output of a cell whose secret nobody knows before it has ended: nothing of it is recorded until then. */
import type {Emit, RawOutput} from "../model/kind.ts";
import type {Cell} from "../model/runbook.ts";
import {mostHeldBytes} from "./held-output.ts";
import type {readCapture} from "./judge.ts";
import {bringsPassword, learnPasswords} from "./learn-passwords.ts";
import type {Stage} from "./stage.ts";

/** Whether what the cell prints may hold a secret that only this capture can tell. */
export const holdsBack = (stage: Pick<Stage, "request">, {secret, name}: Cell["captures"][number]): boolean =>
  secret || bringsPassword(stage, name);

export class WithheldOutput {
  dropped = false;
  #outputs: RawOutput[] = [];
  #bytes = 0;

  take(output: RawOutput): void {
    this.#bytes += output.type === "bytes" ? output.bytes.length : output.type === "table" ? JSON.stringify(output.rows).length : 0;
    if (this.#bytes > mostHeldBytes) this.dropped = true;
    else this.#outputs.push(output);
  }

  async release(
    cell: Cell,
    read: (capture: Cell["captures"][number]) => ReturnType<typeof readCapture>,
    stage: Stage,
    emit: Emit
  ): Promise<string | null> {
    for (const capture of cell.captures) {
      if (!holdsBack(stage, capture)) continue;
      const found = read(capture);
      if (found.type === "read") {
        if (capture.secret) stage.redactor.add(capture.name, found.value);
        learnPasswords(stage, capture.name, found.value);
      } else if (this.#outputs.length > 0) {
        this.dropped = true;
        return `what it printed was not recorded: it may hold the secret ${capture.name}, which could not be captured (${found.message})`;
      }
    }
    for (const output of this.#outputs) await emit(output);
    return this.dropped
      ? `of what it printed, no more than ${mostHeldBytes} bytes could be held back for the secret in it; the rest was not recorded`
      : null;
  }
}

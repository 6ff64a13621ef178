import {stat} from "node:fs/promises";
import {resolve} from "node:path";

import {refuseInput} from "../runtime/inputs.ts";
import type {OpenedDocument} from "./library.ts";
import {CommandError} from "./read-command.ts";

/** What is wrong with a value that somebody is typing, and what they should know of it; nothing is set. */
export async function judgeInput(
  {runbook, directory}: OpenedDocument,
  given: unknown
): Promise<{readonly wrong: string | null; readonly note: string | null}> {
  const {name, value} = (typeof given === "object" && given !== null ? given : {}) as {name?: unknown; value?: unknown};
  const input = runbook.inputs.find((found) => found.name === name);
  if (!input || typeof value !== "string") throw new CommandError("a value for an input needs its name and a text");
  const wrong = refuseInput(input, value);
  if (wrong !== null || input.type !== "file" || value === "") return {wrong, note: null};
  const found = await stat(resolve(directory, value)).catch(() => null);
  return {wrong, note: found?.isFile() ? `${found.size} bytes` : "there is no such file on the machine of the server"};
}

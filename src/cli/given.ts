/** What the caller gave on the command line: values for inputs and templates, and answers for steps. */
import {readFileSync} from "node:fs";
import {parseEnv} from "node:util";

import type {ClosingAnswered} from "../model/closing.ts";
import type {Via} from "../model/event.ts";
import {hint} from "../model/nearest.ts";
import type {Runbook, StepId} from "../model/runbook.ts";
import {UsageError} from "../model/usage-error.ts";
import type {GivenValue} from "../runtime/conductor.ts";
import {findPasswords, mayBringPassword} from "../runtime/connections/find-passwords.ts";
import {findTemplates} from "../runtime/connections/template.ts";
import type {WrittenAnswer} from "./answers.ts";

export interface GivenAnswer {
  readonly text: string; // "confirmed", "refused", "completed", the label of a choice, a phrase
  readonly note: string;
  readonly by: string | null; // null: the operator
  readonly via: Via;
}
export interface Given {
  readonly values: readonly GivenValue[];
  readonly answers: ReadonlyMap<StepId, GivenAnswer>;
  readonly closing: ClosingAnswered | null; // what only people know, as far as it was known before
}

export interface GivenOptions {
  readonly set?: readonly string[];
  readonly envFile?: string;
  readonly answers?: string;
  readonly confirm?: readonly string[];
}

/** Reads the options and holds them against the document: a name that it does not know is an error, with the nearest one. */
export async function readGiven(runbook: Runbook, options: GivenOptions, operator: string): Promise<Given> {
  const names = [...new Set([...runbook.inputs.map(({name}) => name), ...namesOfSettings(runbook)])];
  const values = new Map<string, GivenValue>();
  const answers = new Map<StepId, GivenAnswer>();
  const give = (name: string, value: string, via: Via): void => void values.set(name, {name, value, by: operator, via});

  // The last word wins: --set over --answers over --env-file.
  for (const [name, value] of options.envFile === undefined ? [] : readEnvFile(options.envFile)) give(name, value, "--env-file");
  for (const {key, text, note, by} of options.answers === undefined ? [] : await readAnswers(options.answers)) {
    const step = runbook.steps.find(({id}) => id === key);
    if (step) answers.set(step.id, {text, note, by, via: "--answers"});
    else if (names.includes(key)) give(key, text, "--answers");
    else
      throw new UsageError(
        `${options.answers}: "${key}" is neither a step nor an input of ${runbook.path}${hint(key, [...names, ...runbook.steps.map(({id}) => id)])}`
      );
  }
  for (const assignment of options.set ?? []) {
    const [name, value] = readAssignment(assignment);
    if (!names.includes(name)) throw new UsageError(`--set ${name}: ${runbook.path} has no input and no \${${name}}${hint(name, names)}`);
    if (runbook.settings.secrets.includes(name) || runbook.inputs.some((input) => input.name === name && input.type === "secret"))
      throw new UsageError(
        `--set ${name}: a secret on the command line could be read by every user of this machine; give it by --env-file or --answers`
      );
    if (holdsPassword(runbook, name, value))
      throw new UsageError(
        `--set ${name}: the password in it could be read on the command line by every user of this machine; give it by --env-file or the environment`
      );
    give(name, value, "--set");
  }
  for (const confirmed of options.confirm ?? []) {
    const at = confirmed.indexOf("=");
    const [id, phrase] = at < 0 ? [confirmed, "confirmed"] : [confirmed.slice(0, at), confirmed.slice(at + 1)];
    const step = runbook.steps.find((step) => step.id === id);
    if (!step)
      throw new UsageError(
        `--confirm ${id}: ${runbook.path} has no such step${hint(
          id,
          runbook.steps.map(({id}) => id)
        )}`
      );
    answers.set(step.id, {text: phrase, note: "", by: null, via: "--confirm"});
  }
  return {
    values: [...values.values()],
    answers,
    closing: options.answers === undefined ? null : await readClosing(options.answers, operator)
  };
}

function readAssignment(text: string): readonly [name: string, value: string] {
  const at = text.indexOf("=");
  if (at <= 0) throw new UsageError(`--set expects NAME=VALUE, found "${text}"`);
  return [text.slice(0, at), text.slice(at + 1)];
}

const readEnvFile = (path: string): readonly (readonly [name: string, value: string])[] =>
  Object.entries(parseEnv(readText("--env-file", path))).map(([name, value]) => [name, value ?? ""]);

function holdsPassword({settings}: Runbook, name: string, value: string): boolean {
  if (!mayBringPassword(settings, name)) return false;
  const passwords = findPasswords(settings, (one) => (one === name ? value : undefined));
  return [...passwords.values()].some((password) => value.includes(password));
}

/** Names that the document's connections, hosts and secrets wait for. */
function namesOfSettings({settings: {connections, hosts, secrets}}: Runbook): readonly string[] {
  const templates = [
    ...Object.values(connections).flatMap(({url, systemIdentifier, database}) => [url, systemIdentifier ?? "", database ?? ""]),
    ...Object.values(hosts).map(({url}) => url)
  ];
  return [...secrets, ...templates.flatMap((template) => findTemplates(template).map(({name}) => name))];
}

async function readClosing(path: string, operator: string): Promise<ClosingAnswered | null> {
  const {parseClosing} = await import("./closing.ts");
  const written = parseClosing(path, readText("--answers", path));
  if (written === null) return null;
  if (Object.keys(written.deviations).length > 0)
    throw new UsageError(`${path}: closing: why a run deviated is said when it is over: runbook close RUN --answers ${path}`);
  return {type: "closing-answered", ...written.said, by: operator, via: "--answers"};
}

async function readAnswers(path: string): Promise<readonly WrittenAnswer[]> {
  const {parseAnswers} = await import("./answers.ts");
  return parseAnswers(path, readText("--answers", path));
}

export function readText(option: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(
      `${option} ${path}: ${(error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : (error as Error).message}`
    );
  }
}

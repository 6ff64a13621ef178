/** Sets up what the parts of a performance share. */
import {dirname, relative, resolve} from "node:path";
import type {Event, Fact} from "../model/event.ts";
import {includesAround} from "../model/include.ts";
import type {Run} from "../model/run.ts";
import type {Cell, Runbook, RunId} from "../model/runbook.ts";
import {stepsById} from "../model/runbook.ts";
import {UsageError} from "../model/usage-error.ts";
import {createBackgrounds} from "./backgrounds.ts";
import type {RunRequest} from "./conductor.ts";
import {findPasswords} from "./connections/find-passwords.ts";
import {host} from "./identity.ts";
import {shortestSecretInput} from "./inputs.ts";
import type {Journal} from "./journal.ts";
import {createMilestones} from "./milestones.ts";
import {findReads} from "./reads.ts";
import {createRedactor} from "./redact.ts";
import {redactFact} from "./redact-fact.ts";
import {createSessions} from "./sessions.ts";
import type {Stage} from "./stage.ts";
import {createTargets} from "./targets.ts";
import {createVariables} from "./variables.ts";

/** The values of the secrets that the document declares, and the passwords of its connections; throws a `UsageError` for one that cannot be kept out of the record. */
export function readSecrets({
  runbook,
  values,
  environment
}: Pick<RunRequest, "runbook" | "values" | "environment">): ReadonlyMap<string, string> {
  const given = new Map(values.map(({name, value}) => [name, value]));
  const secrets = new Map<string, string>();
  for (const name of runbook.settings.secrets) {
    const value = given.get(name) ?? environment[name];
    if (value === undefined || value === "") continue;
    if (value.length < shortestSecretInput)
      throw new UsageError(
        `secret ${name} has ${value.length} characters; one shorter than ${shortestSecretInput} cannot be kept out of the record`
      );
    secrets.set(name, value);
  }
  // A cell may print what it was given before any connection is opened.
  const {PGPASSWORD: password = ""} = environment;
  if (password !== "" && !secrets.has("PGPASSWORD")) secrets.set("PGPASSWORD", password);
  for (const [name, password] of findPasswords(runbook.settings, (variable) => given.get(variable) ?? environment[variable]))
    if (!secrets.has(name)) secrets.set(name, password);
  return secrets;
}

const DEFAULT = "default";

/** The folder of the file that the cell is written in. */
function folderOf({path}: Runbook, directory: string, {span: {file}}: Cell): string {
  return file === undefined ? directory : dirname(resolve(directory, relative(dirname(path), file)));
}

export function prepareStage(
  request: RunRequest,
  id: RunId,
  folder: string,
  journal: Journal,
  secrets: ReadonlyMap<string, string>,
  {
    run,
    withdrawn,
    passedBy,
    ...control
  }: {run: () => Run; withdrawn: () => boolean; passedBy: () => string | null} & Pick<Stage, "interruptible" | "beginPass" | "cutShort">
): Stage {
  const {runbook, directory, kinds} = request;
  const {settings} = runbook;
  const redactor = createRedactor();
  const variables = createVariables();
  const given = new Map(request.values.map(({name, value}) => [name, value]));
  const fileValues = Object.fromEntries(request.values.flatMap(({name, value, via}) => (via === "--env-file" ? [[name, value]] : [])));
  const processes = {...request.environment, ...fileValues};
  for (const [name, value] of secrets) redactor.add(name, value);
  const record = (fact: Fact): Promise<Event> => journal.append(redactFact(redactor, fact));
  const lookup = (name: string): string | undefined => variables.texts.get(name) ?? given.get(name) ?? request.environment[name];
  const targets = createTargets({
    settings,
    lookup,
    environment: processes,
    runDirectory: folder,
    addSecret: (name, value) => redactor.add(name, value),
    holder: `runbook ${id} by ${request.operator} on ${host}`
  });
  const own = {
    RUNBOOK_RUN: id,
    RUNBOOK_RUN_DIRECTORY: folder,
    RUNBOOK_MODE: request.mode,
    RUNBOOK_OPERATOR: request.operator
  };
  const sessions = createSessions((cell) => {
    const home = folderOf(runbook, directory, cell);
    const usual = includesAround(runbook, cell.id).at(-1)?.on[DEFAULT] ?? DEFAULT;
    return {
      run: id,
      name: cell.options.session,
      on: cell.options.on,
      settings,
      directory: home,
      runDirectory: folder,
      environment: async () => ({...processes, ...(await targets.environment(usual)), ...own, RUNBOOK_DIRECTORY: home}),
      connection: (connection) => targets.connection(connection),
      host: (name) => targets.host(name),
      secrets: () => redactor.secrets,
      record: async (fact) => void (await record(fact))
    };
  });
  const byName = new Map(kinds.map((kind) => [kind.name, kind]));
  return {
    request,
    id,
    folder,
    journal,
    redactor,
    lookup,
    variables,
    sessions,
    targets,
    backgrounds: createBackgrounds(() => run().cancelled !== null),
    reads: findReads(runbook),
    milestones: createMilestones(request),
    facts: new Map(),
    shells: new Map(),
    terminals: new Map(),
    checked: new Set(),
    inside: new Set(),
    get run() {
      return run();
    },
    steps: stepsById(runbook),
    stepIds: runbook.steps.map((step) => step.id),
    kindOf: ({kind}) => byName.get(kind)!, // the parser has checked
    record,
    write: (fact) => journal.write(redactFact(redactor, fact)),
    ...control,
    get passedBy() {
      return passedBy();
    },
    get withdrawn() {
      return withdrawn();
    },
    stoppedAt: null,
    notes: []
  };
}

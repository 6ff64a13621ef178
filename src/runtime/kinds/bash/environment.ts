import type {Task} from "../../../model/kind.ts";
import type {BashConfig} from "./config.ts";
import {baseName, findSecrets, type Secrets, toSecretEnvironment} from "./secrets.ts";
import type {BashSession} from "./session.ts";
import {readEntered, readVariable} from "./snapshot.ts";

/** What a session has been given from outside; kept with its state, so that nothing enters twice. */
export interface Entered {
  readonly upTo: number; // number of the last event whose variable has entered
  readonly environment: Readonly<Record<string, string>>; // PG* as they entered, without secrets
  readonly secrets: readonly string[]; // names of those whose marks stand in the state
}
export interface CellEnvironment {
  readonly environment: Readonly<Record<string, string>>; // what bash is started with
  readonly entering: readonly (readonly [name: string, value: string])[]; // set after the session was restored
  readonly entered: Entered;
  readonly secrets: Secrets;
  readonly missing: readonly string[]; // secrets that the state needs and nobody supplied
}

// bash would run a file, take options, or change its language because of these
const dropped = new Set([
  "ENV",
  "SHELLOPTS",
  "BASHOPTS",
  "POSIXLY_CORRECT",
  "BASH_XTRACEFD",
  "PS4",
  "IFS",
  "_",
  "RUNBOOK_RUN",
  "RUNBOOK_CELL"
]);
const isName = (name: string): boolean => /^[A-Za-z_]\w*$/.test(name);

/**
 * The first cell of a session is started with the environment of the run; for later ones it is part of the session's state.
 * A variable of the run enters once, when it is set; from then on the shell's own assignments hold.
 */
export async function toEnvironment(task: Task<BashConfig>, session: BashSession, snapshot: string | null): Promise<CellEnvironment> {
  const {variables} = task;
  const {context} = session;
  const whole = await context.environment();
  const before: Entered = snapshot === null ? {upTo: 0, environment: {}, secrets: []} : readEntered(snapshot);
  const entering: (readonly [string, string])[] = [];
  let {upTo} = before;
  const secrets = findSecrets(task, session, whole);
  const server = Object.fromEntries(
    Object.entries(whole).filter(
      ([name, value]) => /^PG[A-Z]/.test(name) && ![...secrets.values()].some((secret) => value.includes(secret))
    )
  );
  if (snapshot === null) {
    if (whole["BASH_ENV"] !== undefined) entering.push(["BASH_ENV", whole["BASH_ENV"]]);
  } else {
    for (const [name, value] of Object.entries(server)) {
      const was = before.environment[name];
      // a server started anew has another port; what a cell has set itself stays
      if (was !== value && readVariable(snapshot, name) === was) entering.push([name, value]);
    }
  }
  for (const [name, {value, setAt}] of variables) {
    if (setAt <= before.upTo) continue;
    entering.push([name, value]);
    upTo = Math.max(upTo, setAt);
  }
  const passed = Object.entries(whole).filter(([name]) =>
    snapshot === null ? name !== "BASH_ENV" && !dropped.has(name) : !isName(name) && !name.startsWith("BASH_FUNC_")
  );
  return {
    environment: {...Object.fromEntries(passed), ...toSecretEnvironment(before.secrets, secrets)},
    entering,
    entered: {upTo, environment: server, secrets: []},
    secrets,
    missing: [...new Set(before.secrets.filter((name) => !secrets.has(name)).map(baseName))]
  };
}

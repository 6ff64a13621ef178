/** What shells knew when their runner went, read from the states they left: `when` may ask for it before a cell of theirs runs again. */
import {existsSync} from "node:fs";
import {join} from "node:path";
import {unmask, withForms} from "./kinds/bash/secrets.ts";
import {readVariable} from "./kinds/bash/snapshot.ts";
import {sessionKey} from "./sessions.ts";
import type {Stage} from "./stage.ts";

export function recallShells(stage: Stage): void {
  const variables = [...stage.variables.bound].flatMap(([name, {value, secret}]) => (secret ? [[name, value] as const] : []));
  const secrets = withForms(new Map([...stage.redactor.secrets, ...variables]));
  for (const step of stage.steps.values()) {
    if (step.type !== "cell" || step.options.on !== null || stage.kindOf(step).targets !== "hosts") continue;
    const path = join(stage.folder, "sessions", `${encodeURIComponent(step.options.session).replaceAll(".", "%2E")}.sh`);
    if (!existsSync(path)) continue;
    stage.shells.set(sessionKey(step), (name) => {
      const value = readVariable(path, name);
      return value === undefined ? undefined : unmask(value, secrets);
    });
  }
}

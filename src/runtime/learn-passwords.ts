/** A variable of the run may bring the password of a connection: that is a secret before anything of it is written. */
import {findPasswords, mayBringPassword} from "./connections/find-passwords.ts";
import type {Stage} from "./stage.ts";

/** True: the value holds a password. */
export function learnPasswords({request, redactor, lookup}: Stage, name: string, value: string): boolean {
  const {settings} = request.runbook;
  if (value === "" || !mayBringPassword(settings, name)) return false;
  let brings = false;
  for (const [mark, password] of findPasswords(settings, (one) => (one === name ? value : lookup(one)))) {
    redactor.add(mark, password);
    brings ||= value.includes(password);
  }
  return brings;
}

export const bringsPassword = ({request}: Pick<Stage, "request">, name: string): boolean =>
  mayBringPassword(request.runbook.settings, name);

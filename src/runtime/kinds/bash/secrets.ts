import type {Task} from "../../../model/kind.ts";
import {findPasswordVariables} from "../../connections/find-passwords.ts";
import {formsVersion, secretForms} from "../../secret-forms.ts";
import type {BashConfig} from "./config.ts";
import type {BashSession} from "./session.ts";

/** The secrets a session may hold, by name. */
export type Secrets = ReadonlyMap<string, string>;

/** All that the run knows to be secret, and what is secret in the environment: what the frontmatter declares, and passwords of connections. */
export function findSecrets({variables}: Task<BashConfig>, {context}: BashSession, environment: Readonly<Record<string, string>>): Secrets {
  const found = new Map<string, string>(context.secrets());
  for (const name of [...context.settings.secrets, "PGPASSWORD"]) if (environment[name]) found.set(name, environment[name]);
  for (const [name, value] of findPasswordVariables(context.settings, (name) => environment[name])) found.set(name, value);
  for (const [name, {value, secret}] of variables) if (secret && value) found.set(name, value);
  return withForms(found);
}

/** A session may also hold a secret as a program has written it: in base64, percent-encoded. Each such form is a secret of its own, with a name that tells which. */
export function withForms(secrets: Secrets): Secrets {
  const found = new Map(secrets);
  for (const [name, value] of secrets)
    for (const [place, form] of secretForms(value, shortestForm).entries()) {
      const text = form.toString();
      if (text !== value) found.set(`${name}__${formsVersion}_${place}`, text);
    }
  return found;
}

/** The secret that a name in a state belongs to. */
export const baseName = (name: string): string => name.replace(/__\d+_\d+$/, "");

const shortestForm = 6; // a shorter one could be any word of a shell's state

const prefix = "__runbook_secret_";
const markOf = (name: string): string => `\${${prefix}${name}}`;
const marks = new RegExp(`\\$\\{${prefix}(\\w+)\\}`, "g");

/** The environment from which bash puts the values back where the marks are. */
export const toSecretEnvironment = (names: readonly string[], secrets: Secrets): Record<string, string> =>
  Object.fromEntries(names.map((name) => [prefix + name, secrets.get(name) ?? ""]));

/** Puts values in place of marks, for who reads a state without bash. */
export const unmask = (text: string, secrets: Secrets): string => text.replace(marks, (mark, name: string) => secrets.get(name) ?? mark);

export type Masked =
  | {readonly type: "masked"; readonly text: string; readonly names: readonly string[]}
  | {readonly type: "refused"; readonly name: string};

/**
 * A state (its bytes as latin1) with a mark in place of every secret. A mark is an expansion, so bash itself puts the value back:
 * `declare -x URL="postgres://u:${__runbook_secret_PW}@h"`. Where bash would not expand it, in a function or an alias, the state is refused.
 */
export function mask(text: string, secrets: Secrets): Masked {
  const longestFirst = [...secrets]
    .filter(([, value]) => encodings(value).some((form) => text.includes(form)))
    .sort(([, a], [, b]) => b.length - a.length);
  const names = new Set<string>();
  const replace = (piece: string, encode: (value: string) => string, toMark: (name: string) => string): string => {
    let pieces: readonly {readonly text: string; readonly mark: boolean}[] = [{text: piece, mark: false}];
    for (const [name, value] of longestFirst) {
      pieces = pieces.flatMap((part) => {
        if (part.mark) return [part];
        const parts = part.text.split(encode(value));
        if (parts.length > 1) names.add(name);
        return parts.flatMap((rest, index) => [...(index > 0 ? [{text: toMark(name), mark: true}] : []), {text: rest, mark: false}]);
      });
    }
    return pieces.map((part) => part.text).join("");
  };
  const lines = text.split("\n").map((line) => {
    if (!line.startsWith("declare -") || !line.includes("=")) return line;
    return line.replace(/\$'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g, (whole, ansi: string | undefined, double: string | undefined) => {
      if (ansi !== undefined) return `$'${replace(ansi, toAnsi, (name) => `'"${markOf(name)}"$'`)}'`;
      return double === undefined ? whole : `"${replace(double, toDouble, markOf)}"`;
    });
  });
  const masked = lines.join("\n");
  const rest = masked.replace(marks, "");
  for (const [name, value] of longestFirst)
    if (encodings(value).some((form) => rest.includes(form))) return {type: "refused", name: baseName(name)};
  return {type: "masked", text: masked, names: [...names]};
}

/** How bash may write it. */
function encodings(value: string): readonly string[] {
  const bytes = Buffer.from(value).toString("latin1");
  return [...new Set([bytes, toDouble(value), toAnsi(value), bytes.replaceAll("'", "'\\''")])];
}

/** As bash writes a value between double quotes. */
const toDouble = (value: string): string =>
  Buffer.from(value)
    .toString("latin1")
    .replace(/[\\"$`]/g, "\\$&");

const letters: Readonly<Record<number, string>> = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 27: "E"};
/** As bash writes a value in `$'…'` under LC_ALL=C. */
function toAnsi(value: string): string {
  let text = "";
  for (const byte of Buffer.from(value)) {
    if (byte in letters) text += `\\${letters[byte]}`;
    else if (byte === 39 || byte === 92) text += `\\${String.fromCharCode(byte)}`;
    else text += byte < 32 || byte > 126 ? `\\${byte.toString(8).padStart(3, "0")}` : String.fromCharCode(byte);
  }
  return text;
}

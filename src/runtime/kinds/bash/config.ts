import type {Attributes} from "../../../model/kind.ts";

export interface BashConfig {
  readonly cwd: string | null; // as written; relative to the runbook's folder
  readonly shell: string; // as written: "-euo pipefail"
  readonly flags: readonly string[]; // the same as arguments of `set`: ["-euo", "pipefail"]
}

export const defaultShell = "-euo pipefail";
const optionNames = new Set(
  "allexport braceexpand errexit errtrace functrace hashall ignoreeof keyword noclobber noexec noglob nounset physical pipefail posix verbose xtrace".split(
    " "
  )
);

/** Reads `cwd=` and `shell=`. */
export function readConfig({cwd, shell = defaultShell}: Attributes, report: (message: string) => void): BashConfig {
  if (cwd === "") report('cwd must name a folder, found ""; leave it out to stay in the session\'s folder');
  if (cwd?.includes("\0")) report("cwd must not hold a NUL character");
  return {cwd: cwd || null, shell, flags: readFlags(shell, report)};
}

function readFlags(shell: string, report: (message: string) => void): readonly string[] {
  const flags = shell.split(/\s+/).filter(Boolean);
  for (let at = 0; at < flags.length; at++) {
    const flag = flags[at]!;
    const letters = /^[-+]([a-zA-Z]+)$/.exec(flag)?.[1];
    if (letters === undefined || /[^aefhkmnuvxBCEHPTo]/.test(letters)) {
      report(`shell must hold options of bash's set, like "-euo pipefail", found "${flag}"`);
      return [];
    }
    if (letters.includes("o")) {
      const name = flags[++at];
      if (name === undefined || !optionNames.has(name)) {
        report(
          `shell: ${flag} must be followed by the name of an option, like pipefail, found ${name === undefined ? "nothing" : `"${name}"`}`
        );
        return [];
      }
    }
  }
  return flags;
}

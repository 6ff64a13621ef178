import type {Span} from "../model/runbook.ts";
import type {Report} from "./source.ts";

const SHELLS =
  "PATH IFS HOME SHELL ENV PWD OLDPWD UID EUID GID PPID SHLVL SHELLOPTS CDPATH GLOBIGNORE PS1 PS4 PROMPT_COMMAND RANDOM SECONDS LINENO REPLY FUNCNAME DIRSTACK PIPESTATUS OPTARG OPTIND TERM TMPDIR NODE_OPTIONS PYTHONPATH PERL5LIB PERL5OPT RUBYOPT";
const REFUSED: ReadonlySet<string> = new Set(SHELLS.split(" "));
const REFUSED_PREFIXES = ["LD_", "DYLD_", "BASH", "RUNBOOK"];

/** Names of inputs and captures: `[A-Z][A-Z0-9_]*`, and none that changes how every command works. */
export function checkName(report: Report, name: string, span: Span): boolean {
  if (!/^[A-Z][A-Z0-9_]*$/.test(name)) {
    const better = name
      .toUpperCase()
      .replace(/[^A-Z0-9]+/g, "_")
      .replace(/^[^A-Z]+|_+$/g, "");
    report.add(
      "name-invalid",
      `name "${name}" must be capital letters, digits and underscores${better ? `, such as "${better}"` : ""}`,
      span
    );
    return false;
  }
  if (REFUSED.has(name) || REFUSED_PREFIXES.some((prefix) => name.startsWith(prefix))) {
    report.add("name-refused", `a variable "${name}" would change how every command works; choose another name`, span);
    return false;
  }
  return true;
}

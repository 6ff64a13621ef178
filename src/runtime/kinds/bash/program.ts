import type {Entered} from "./environment.ts";
import {quote} from "./quoting.ts";

/** What one attempt tells the program. */
export interface Parameters {
  readonly text: string; // of the cell
  readonly flags: readonly string[]; // for `set`: ["-euo", "pipefail"]
  readonly snapshot: string | null; // path of the state to restore
  readonly hidden: boolean; // beside the snapshot stand functions that hide `builtin` or `declare`
  readonly entered: Entered; // kept with the state
  readonly cwd: string | null; // where the author wants it, instead of the session's folder
  readonly entering: readonly (readonly [name: string, value: string])[]; // variables that enter now
  readonly ownTrap: boolean; // the cell defines a function `trap` of its own
  readonly silent?: boolean; // it runs in a terminal that nobody can type into
  readonly textFile: string; // where a text goes that is too long for an environment
}

/** Bash's status when the session could not be restored; why stands in the file meant for the next state. */
export const refusedStatus = 125;

// Linux takes no longer string in an environment
const longest = 100_000;

/**
 * How bash is called and what it finds in its environment, from where nothing of this reaches another program. The cell's text is
 * parsed on the first line, so that bash's own line numbers are those of the cell.
 */
export function toCall(
  program: string,
  name: string,
  {text, flags, snapshot, hidden, entered, cwd, entering, ownTrap, silent = false, textFile}: Parameters
) {
  const traces = flags.some((flag) => /^-[a-z]*x/i.test(flag)) || flags.includes("xtrace");
  const source = traces ? `set -x; ${text}` : text;
  const long = Buffer.byteLength(source) > longest;
  return {
    text: long ? source : null, // to be written to `textFile`
    args: [
      "--noprofile",
      "--norc",
      "-c",
      `${silent ? "exec </dev/null; " : ""}. "$1"; ${hidden ? "command" : "builtin"} eval "$__runbook_text"`,
      name,
      program,
      ...flags
    ],
    env: {
      __runbook_text: long ? "" : source,
      __runbook_file: long ? textFile : "",
      __runbook_snapshot: snapshot ?? "",
      __runbook_hidden: hidden ? "1" : "",
      __runbook_own_trap: ownTrap ? "1" : "",
      __runbook_traces: traces ? "1" : "",
      __runbook_cwd: cwd ?? "",
      __runbook_entering: entering.map(([variable]) => variable).join(" "),
      __runbook_entered: JSON.stringify({upTo: entered.upTo, environment: entered.environment}),
      ...Object.fromEntries(entering.map(([, value], index) => [`__runbook_value_${index}`, value]))
    }
  };
}

/** The file that a cell's bash reads first: restores the session and arranges that its state is written to `state` at the end. */
export const toProgram = ({
  state,
  hidden,
  nonce,
  carries
}: {
  state: string;
  hidden: string;
  nonce: string;
  carries: boolean; // false: only how it ended is told
}): string =>
  definitions
    .replaceAll("@STATE@\n", () => (carries ? toState : ""))
    .replaceAll("@NEXT@", () => quote(state))
    .replaceAll("@HIDDEN@", () => quote(hidden))
    .replaceAll("@NONCE@", () => nonce);

const toState = `    builtin printf '#entered %s\\n' "$__runbook_entered"
    builtin umask -p
    builtin printf '__runbook_own_trap=\${__runbook_own_trap:-%q} __runbook_shopt=%q __runbook_set=%q\\n' "\${__runbook_own_trap-}" "\${__runbook_state[1]}" "\${__runbook_state[2]}"
    builtin printf 'if [[ ! $__runbook_cwd ]]; then cd -- %q >/dev/null || __runbook_lost=%q; fi\\n' "$PWD" "$PWD"
    builtin printf '__runbook_locale=%q\\n' "\${LANG@A}"$'\\n'"\${LC_ALL@A}"$'\\n'"\${LC_CTYPE@A}"$'\\n'"\${LC_COLLATE@A}"$'\\n'"\${LC_MESSAGES@A}"$'\\n'"\${LC_MONETARY@A}"$'\\n'"\${LC_NUMERIC@A}"$'\\n'"\${LC_TIME@A}"
    builtin unset -v LANG LC_ALL LC_CTYPE LC_COLLATE LC_MESSAGES LC_MONETARY LC_NUMERIC LC_TIME
    builtin unset -v __runbook_state __runbook_failed __runbook_exit __runbook_own_trap __runbook_text __runbook_file __runbook_snapshot __runbook_hidden __runbook_traces __runbook_entered __runbook_locale
    builtin unset -v RANDOM SRANDOM SECONDS LINENO BASH_ARGV0 BASHPID BASH_COMMAND BASH_SUBSHELL BASH_EXECUTION_STRING EPOCHREALTIME EPOCHSECONDS HISTCMD COMP_WORDBREAKS BASH_CMDS BASH_ARGC BASH_ARGV BASH_LINENO BASH_SOURCE FUNCNAME DIRSTACK GROUPS PIPESTATUS RUNBOOK_RUN RUNBOOK_CELL _
    builtin declare -p
    builtin declare -p BASH_ALIASES
    builtin printf 'eval "$__runbook_locale"\\n'
    builtin declare -pf
`;

/*
 * Parsed before anything of the session is there, so no alias can change it. Two rules keep it safe from what a cell may define:
 * every command goes through `builtin`; and a function that hides `builtin` itself is put aside first, in POSIX mode, where
 * special builtins come before functions (an assignment enters POSIX mode, and nothing can hide that). No command here forks,
 * except where the cell set an EXIT trap: the state is then saved by a copy of the shell, and the shell itself goes on to the trap.
 */
const definitions = `
if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)); then
  printf '#refused version %s\\n' "$BASH_VERSION" >| @NEXT@
  exit 125
fi
__runbook_refuse() {
  builtin printf '#refused %s\\n' "$*" >| @NEXT@
  builtin trap - EXIT
  builtin exit 125
}
__runbook_options() {
  builtin local IFS=: __runbook_name
  for __runbook_name in $3; do
    if [[ :$2:$4: == *:"$__runbook_name":* ]]; then builtin continue; fi
    if [[ $1 == shopt ]]; then builtin shopt -s "$__runbook_name"; else builtin set -o "$__runbook_name"; fi
  done
  for __runbook_name in $2; do
    if [[ :$3:$4: == *:"$__runbook_name":* ]]; then builtin continue; fi
    if [[ $1 == shopt ]]; then builtin shopt -u "$__runbook_name"; else builtin set +o "$__runbook_name"; fi
  done
} 2>/dev/null
__runbook_start() {
  builtin local __runbook_name __runbook_value __runbook_index=0
  if [[ $__runbook_snapshot ]]; then
    if [[ \${__runbook_lost-} ]]; then __runbook_refuse folder "$__runbook_lost"; fi
    if [[ \${__runbook_restored-} != done ]]; then __runbook_refuse restore; fi
    if [[ $__runbook_own_trap ]]; then builtin unset -f __runbook_wrap; else __runbook_wrap; fi
    builtin shopt -u extglob
    [[ $BASHOPTS == "$__runbook_shopt" ]] || __runbook_options shopt "$BASHOPTS" "$__runbook_shopt" login_shell:restricted_shell
    [[ $SHELLOPTS == "$__runbook_set" ]] || __runbook_options set "$SHELLOPTS" "$__runbook_set" errexit:pipefail:nounset:xtrace:verbose:noexec:monitor:onecmd:privileged:history:histexpand:vi:emacs:interactive-comments
  else
    __runbook_wrap
    builtin shopt -u extglob
  fi
  if [[ $__runbook_cwd ]]; then
    builtin cd -- "$__runbook_cwd" >/dev/null 2>&1 || __runbook_refuse folder "$__runbook_cwd"
  fi
  for __runbook_name in "\${__runbook_entering[@]}"; do
    __runbook_value=__runbook_value_$__runbook_index
    builtin export "$__runbook_name=\${!__runbook_value}" 2>/dev/null || __runbook_refuse readonly "$__runbook_name"
    builtin unset -v "$__runbook_value"
    ((++__runbook_index))
  done
  builtin trap "{ '__runbook_end'; } 2>/dev/null && [[ x ]]" EXIT
  builtin trap '__runbook_failed=$?:$LINENO' ERR
  builtin unset -v __runbook_flags __runbook_cwd __runbook_entering __runbook_lost __runbook_restored __runbook_shopt __runbook_set __runbook_locale __runbook_exit __runbook_failed
  for __runbook_name in "\${!__runbook_secret_@}"; do builtin unset -v "$__runbook_name"; done
  builtin unset -f __runbook_options __runbook_refuse __runbook_start
  if (($#)); then { builtin set "$@"; if [[ $__runbook_traces ]]; then builtin set +x; fi; } 2>/dev/null; fi
  if [[ $__runbook_hidden ]]; then . "$__runbook_snapshot.hidden"; fi
}
__runbook_wrap() {
  builtin unset -f __runbook_wrap
  trap() {
    if [[ $BASHPID != "$$" || $# == 0 || ( $1 == -?* && $1 != -- ) ]]; then
      builtin trap "$@"
      builtin return
    fi
    if [[ $1 == -- ]]; then builtin shift; fi
    builtin local __runbook_action=- __runbook_status=0 __runbook_first="{ '__runbook_end'; } 2>/dev/null && [[ x ]]"
    if (($# > 1)) && [[ ! $1 =~ ^[0-9]+$ ]]; then
      __runbook_action=\${1#"$__runbook_first"}
      builtin shift
    fi
    while (($#)); do
      case \${1^^}:$__runbook_action in
        EXIT:- | 0:- | EXIT: | 0:)
          builtin unset -v __runbook_exit
          builtin trap -- "$__runbook_first" EXIT
          ;;
        EXIT:* | 0:*)
          __runbook_exit=
          builtin trap -- "$__runbook_first"$'\\n'"$__runbook_action" EXIT
          ;;
        ERR:-) builtin trap '__runbook_failed=$?:$LINENO' ERR ;;
        DEBUG:- | RETURN:-) builtin trap : "$1" ;;
        *) builtin trap -- "$__runbook_action" "$1" || __runbook_status=$? ;;
      esac
      builtin shift
    done
    builtin return "$__runbook_status"
  }
}
__runbook_end() {
  __runbook_state=("$?" "$BASHOPTS" "$SHELLOPTS" "\${__runbook_failed-}" 0)
  __runbook_state[2]=\${__runbook_state[2]/errexit:/}
  __runbook_state[2]=\${__runbook_state[2]/nounset:/}
  __runbook_state[2]=\${__runbook_state[2]%:pipefail}
  if ((\${#FUNCNAME[@]} > 1)); then __runbook_state[4]=\${BASH_LINENO[\${#BASH_LINENO[@]} - 1]}; fi
  if [[ \${__runbook_exit+x} ]]; then
    (__runbook_save)
    return "\${__runbook_state[0]}"
  fi
  __runbook_save
}
__runbook_save() {
  POSIXLY_CORRECT=1
  set +aeux
  trap - DEBUG ERR RETURN
  if export -f builtin; then
    export -nf builtin
    typeset -f builtin >| @HIDDEN@
    unset -f builtin
  fi
  unset -v POSIXLY_CORRECT
  if builtin declare -F declare >/dev/null; then
    builtin declare -f declare >> @HIDDEN@
    builtin unset -f declare
  fi
  if [[ ! \${__runbook_own_trap-} ]]; then builtin unset -f trap; fi
  builtin unset -f __runbook_end __runbook_save
  {
    builtin printf '#@NONCE@ %s %s %s\\n' "\${__runbook_state[0]}" "\${__runbook_state[3]:--}" "\${__runbook_state[4]}"
@STATE@
    builtin printf '\\n__runbook_restored=done\\n#end @NONCE@\\n'
  } >| @NEXT@
}
shift
__runbook_flags=("$@")
set --
export -n __runbook_text __runbook_file __runbook_snapshot __runbook_hidden __runbook_own_trap __runbook_traces __runbook_cwd __runbook_entering __runbook_entered
if [[ $__runbook_file ]]; then mapfile -d '' -t __runbook_text < "$__runbook_file"; fi
__runbook_entering=($__runbook_entering)
shopt -s extglob
if [[ $__runbook_snapshot ]]; then . "$__runbook_snapshot" 2>/dev/null; fi
__runbook_start "\${__runbook_flags[@]}"
`;

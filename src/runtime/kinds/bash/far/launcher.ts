import {cellMark, runMark} from "../marks.ts";
import {quote} from "../quoting.ts";

/** What the far side is to start. Texts that may be any bytes come as latin1. */
export interface Launch {
  readonly folder: string; // made for this attempt, and gone after it
  readonly begin: string;
  readonly end: string; // said behind a NUL
  readonly program: string;
  readonly snapshot: string | null; // latin1
  readonly hidden: string | null; // latin1
  readonly text: string | null; // of the cell, where it is too long for an environment
  readonly args: readonly string[]; // of bash
  readonly environment: Readonly<Record<string, string>>;
  readonly run: string;
  readonly mark: string;
  readonly keep: boolean;
  readonly graceMs: number;
  readonly settleMs: number;
}

/** Seconds without a word from the runner after which the far side ends the cell by itself. */
export const silenceSeconds = 20;

/**
 * The script that the far side's bash reads from its standard input, in bytes as latin1, so that nothing of it stands in an argument.
 * It starts the cell in a process group of its own, hears TERM and KILL from the standard input, and ends the cell when that ends or is silent.
 */
export function toLauncher(launch: Launch): string {
  const {folder, begin, end, program, snapshot, hidden, text, args, environment, run, mark, keep, graceMs, settleMs} = launch;
  const word = (value: string): string => quote(Buffer.from(value).toString("latin1"));
  const file = (name: string, bytes: string | null): string =>
    bytes === null ? "" : `printf %s ${quote(bytes)} > "$folder"/${name} || refuse\n`;
  const variables = Object.entries(environment).filter(([name]) => /^[A-Za-z_]\w*$/.test(name));
  return `exec 3<&0 </dev/null
trap '' PIPE HUP
mask=$(umask) folder=${word(folder)} mark=${word(mark)}
umask 077
refuse() { rm -rf -- "$folder"; printf 'the folder %s cannot be written\\n' "$folder" >&2; exit 91; }
mkdir -m 700 -- "$folder" || refuse
${file("program", Buffer.from(program).toString("latin1"))}${file("snapshot", snapshot)}${file("snapshot.hidden", hidden)}${file("text", text === null ? null : Buffer.from(text).toString("latin1"))}mkfifo -m 600 "$folder"/o "$folder"/e || refuse
printf %s ${word(begin)}
set -m
cat < "$folder"/o & out=$!
cat < "$folder"/e >&2 & err=$!
exec 2>/dev/null
(
  trap - PIPE HUP
  umask "$mask"
  exec 3<&-
  ${snapshot === null ? "" : 'for name in $(compgen -e); do [[ $name == PATH ]] || unset -v "$name"; done'}
  export ${runMark}=${word(run)} ${cellMark}="$mark"
${variables.map(([name, value]) => `  export ${name}=${word(value)}`).join("\n")}
  exec "$BASH" ${args.map(word).join(" ")}
) > "$folder"/o 2> "$folder"/e & cell=$!
find_all() {
  local path pid entries entry stat last
  pids=()
  if [[ ! -r /proc/self/stat ]]; then
    kill -0 -- "-$cell" && pids=("-$cell")
    return
  fi
  read -r _ _ _ _ last < /proc/loadavg
  for path in /proc/[0-9]*; do
    pid=\${path#/proc/}
    # pids come in order, unless they began again from the lowest
    ((pid >= cell || last < cell)) || continue
    [[ -O $path && $pid != "$out" && $pid != "$err" ]] || continue
    stat=
    read -r stat < "$path/stat"
    stat=(\${stat##*) })
    [[ $stat && $stat != [ZX] ]] || continue
    if [[ \${stat[2]} == "$cell" ]]; then pids+=("$pid"); continue; fi
    entries=()
    mapfile -d '' -t entries < "$path/environ"
    for entry in "\${entries[@]}"; do
      if [[ $entry == "${cellMark}=$mark" ]]; then pids+=("$pid"); break; fi
    done
  done
}
tell() {
  find_all
  kill -s "$1" -- "-$cell"
  if ((\${#pids[@]})); then kill -s "$1" -- "\${pids[@]}"; fi
}
end_all() {
  local i
  tell TERM
  for ((i = 0; i < ${Math.ceil(graceMs / 100)}; i++)); do
    find_all
    ((\${#pids[@]})) || return
    sleep 0.1
  done
  tell KILL
}
{
  while :; do
    said=
    if read -r -t ${silenceSeconds} -u 3 said; then
      case $said in TERM | KILL) tell "$said" ;; esac
    else
      end_all
      break
    fi
  done
} & listener=$!
wait "$cell"
status=$?
kill -s KILL -- "-$listener"
for ((i = 0; i < ${Math.max(1, Math.ceil(settleMs / 25))}; i++)); do
  find_all
  ((\${#pids[@]})) || break
  sleep 0.025
done
found=
for pid in "\${pids[@]}"; do
  words=()
  mapfile -d '' -t words < "/proc/$pid/cmdline"
  words="\${words[*]}"
  words=\${words//$'\\n'/ }
  found+="\${words:0:200} (pid $pid)"$'\\n'
done
left=$found kept=
${keep ? "left= kept=$found" : "if [[ $found ]]; then end_all; fi"}
{ sleep ${keep ? 0.3 : Math.ceil(graceMs / 1000)}; kill -s KILL "$out" "$err"; } & guard=$!
wait "$out" "$err"
kill -s KILL -- "-$guard"
printf '\\0%s' ${word(end)}
printf '%s\\0%s\\0%s\\0' "$status" "$left" "$kept"
if [[ -s $folder/next.hidden ]]; then cat "$folder"/next.hidden; fi
printf '\\0'
if [[ -s $folder/next ]]; then cat "$folder"/next; fi
rm -rf -- "$folder"
exit 0
`;
}

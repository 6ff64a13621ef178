/** A runbook that prints its secrets wherever and however a cell can. */
import {fence} from "../cli/command.ts";

export interface Secrets {
  readonly declared: string; // in the frontmatter
  readonly given: string; // a secret input
  readonly captured: string; // a secret capture
  readonly password: string; // of a connection
}

const ways = (name: string): readonly string[] => [
  `printf '%s\\n' "$${name}"`,
  `printf %s "$${name}" | base64 -w0; echo`,
  `printf 'user:%s' "$${name}" | base64 -w0; echo`,
  `printf 'ab%s' "$${name}" | base64 | tr -d '\\n' | tr '+/' '-_'; echo`,
  `printf %s "$${name}" | od -An -v -tx1 | tr -d ' \\n'; echo`,
  `"$NODE" -p 'encodeURIComponent(process.env.${name}) + JSON.stringify({key: process.env.${name}})'`,
  `declare -p ${name}; printf '%q\\n' "$${name}"; echo "\${${name}@Q}"; export -p | grep ${name}`,
  `(set -x; : "$${name}")`,
  `printf '%s\\n' "$${name}" >&2`,
  `for ((i = 0; i < \${#${name}}; i++)); do printf %s "\${${name}:i:1}"; ((i % 5)) || sleep 0.02; done; echo`,
  `printf 'the %s of lines' "$${name}" | fold -w 300`
];

export const book = (name: string): string =>
  `---
connections:
  default: "\${URL}"
  down: "postgresql://ops:\${DOWN}@127.0.0.1:1/none?connect_timeout=2"
secrets: [DECLARED]
---

# Secrets

::input[Given]{#GIVEN type=secret}

${fence("bash {#before}", 'echo "$URL $DOWN"', 'echo "connecting to $URL" >&2')}
${fence("bash {#take}", 'cat "$CAPTURED_FILE"; echo')}::capture{#CAPTURED secret}

${["DECLARED", "GIVEN", "CAPTURED"].map((name) => fence(`bash {#print-${name.toLowerCase()} safe='it only prints'}`, `export ${name}`, ...ways(name))).join("\n")}
${fence("bash {#state safe='it only prints'}", 'copy="x$GIVEN"; list=("$DECLARED" "$CAPTURED"); login=${URL#*:*:} login=${login%%@*}; coded=$(printf %s "$GIVEN" | base64 -w0); percent=$("$NODE" -p "encodeURIComponent(process.env.DECLARED)"); shout() { echo "$GIVEN"; }', "head -c 200000 /dev/zero | tr '\\0' x", 'echo "$GIVEN$DECLARED"', "shout >&2; cd /")}
${fence("bash {#arguments safe='it only waits'}", `"$NODE" -e 'setTimeout(() => {}, 1500)'`)}
${fence("bash {#fails continue-on-error safe='it only fails'}", 'echo "could not log in as $GIVEN" >&2', `test "$DECLARED" = x || { "$NODE" -e 'throw new Error(process.env.GIVEN)'; }`)}
${fence("bash {#promises continue-on-error}", 'echo "$CAPTURED"')}::expect{that='stdout == vars.GIVEN'}

${fence("sql {#rows}", "select :'GIVEN' as given, :'CAPTURED' as captured, encode(convert_to(:'GIVEN', 'UTF8'), 'base64') as b64, to_json(:'CAPTURED'::text) as json;", "select convert_to(:'GIVEN', 'UTF8') as bytes, quote_literal(:'CAPTURED') as quoted;", "create temp table t as select :'GIVEN'::text as key;", "copy t to stdout")}
${fence("sql {#notice safe='it only says'}", "select set_config('my.key', :'GIVEN', false) is null as none;", "do $$ begin raise notice 'key %', current_setting('my.key') using hint = current_setting('my.key'); end $$")}
${fence("sql {#error continue-on-error}", "select :'GIVEN'::int")}
${fence("sql {#detail continue-on-error}", "create temp table u (key text primary key); insert into u values (:'GIVEN'); insert into u values (:'GIVEN')")}
${fence("sql {#connect continue-on-error on=down}", "select 1")}
${fence("bash {#destroy confirm}", 'echo "$GIVEN"; rm -rf "$RUNBOOK_RUN_DIRECTORY/none/${GIVEN:+x}"')}
`.replaceAll("# Secrets", `# ${name}`);

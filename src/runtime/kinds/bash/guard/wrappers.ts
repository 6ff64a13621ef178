import type {Word} from "./word.ts";
import {withText} from "./word.ts";

/** What a wrapper runs in the end. */
export type Inner =
  | {readonly type: "words"; readonly words: readonly Word[]} // another command
  | {readonly type: "text"; readonly words: readonly Word[]} // a text for a shell: its words, joined by blanks
  | {readonly type: "input"} // a shell that reads its commands
  | null;

/** `valued`: options that take the next word. `skip`: how many words come before the command. */
interface Shape {
  readonly valued?: string; // short ones
  readonly long?: readonly string[];
  readonly skip?: number;
  readonly assignments?: true; // NAME=value words before the command
}
const shapes: Readonly<Record<string, Shape>> = {
  sudo: {valued: "ugpCrtTUDRh", long: ["user", "group", "prompt", "chdir", "chroot", "host", "role", "type"], assignments: true},
  doas: {valued: "uC"},
  env: {valued: "uC", long: ["unset", "chdir"], assignments: true},
  nice: {valued: "n", long: ["adjustment"]},
  ionice: {valued: "cnp", long: ["class", "classdata"]},
  nohup: {},
  setsid: {},
  time: {valued: "fo", long: ["format", "output"]},
  timeout: {valued: "ks", long: ["kill-after", "signal"], skip: 1},
  stdbuf: {valued: "ioe"},
  chrt: {valued: "TPD", skip: 1},
  taskset: {skip: 1},
  xargs: {valued: "IinPLlsdaE", long: ["replace", "max-args", "max-procs", "max-lines", "max-chars", "delimiter", "arg-file", "eof"]},
  parallel: {valued: "jIaNnSd", long: ["jobs", "max-args", "arg-file", "sshlogin", "delay", "retries", "timeout"]},
  watch: {valued: "n", long: ["interval"]},
  exec: {valued: "a"},
  builtin: {},
  command: {},
  coproc: {},
  gosu: {skip: 1},
  "su-exec": {skip: 1},
  chroot: {long: ["userspec", "groups"], skip: 1},
  flock: {valued: "wE", long: ["timeout", "wait", "conflict-exit-code"], skip: 1},
  strace: {valued: "eopsuEaIOPSX"},
  ltrace: {valued: "eopsuaAnDFlxw"},
  unshare: {},
  nsenter: {valued: "tSGW", long: ["target", "setuid", "setgid"]},
  "systemd-run": {
    valued: "pMHuEP",
    long: [
      "unit",
      "property",
      "uid",
      "gid",
      "slice",
      "description",
      "on-active",
      "on-calendar",
      "setenv",
      "working-directory",
      "machine",
      "host"
    ]
  },
  busybox: {},
  chpst: {valued: "ueUmdofpcrt/nbP"},
  runuser: {valued: "ugGcsw", long: ["user", "group", "supp-group", "command", "session-command", "shell"]},
  "docker exec": {valued: "euw", long: ["env", "env-file", "user", "workdir", "detach-keys"], skip: 1},
  "docker run": {
    valued: "acehlmpuvw",
    long: "name network net env env-file user volume mount workdir publish label entrypoint hostname memory cpus platform pull restart link add-host cap-add cap-drop device dns expose health-cmd ip log-driver log-opt pid privileged security-opt shm-size stop-signal stop-timeout sysctl tmpfs ulimit volumes-from cidfile".split(
      " "
    ),
    skip: 1
  },
  "docker-compose exec": {valued: "euw", long: ["env", "user", "workdir", "index"], skip: 1},
  "docker-compose run": {valued: "elpuvw", long: ["env", "user", "workdir", "name", "entrypoint", "volume", "publish", "label"], skip: 1},
  "kubectl exec": {valued: "cnf", long: ["container", "namespace", "context", "kubeconfig", "filename", "cluster"], skip: 1}
};

const shells = new Set(["bash", "sh", "dash", "zsh", "ksh", "ash", "rbash"]);

/** The command inside a wrapper; null where `words` is none. Words of an inner command keep their lines. */
export function unwrap(name: string, words: readonly Word[]): Inner {
  const rest = words.slice(1);
  if (shells.has(name)) return readShell(rest);
  if (name === "eval") return {type: "text", words: rest};
  if (name === "ssh") return readSsh(rest);
  if (name === "su") return readSu(rest);
  if (name === "trap")
    return rest.length > 1 && rest[0]!.text !== "-" && !rest[0]!.text.startsWith("-p") ? {type: "text", words: rest.slice(0, 1)} : null;
  if (name === "command" && /^-[vV]/.test(rest[0]?.text ?? "")) return null;
  if (name === "find" || name === "fd") return readFind(rest);
  const shape = shapes[name];
  if (!shape) return null;
  const end = rest.findIndex(({text}) => text === "--");
  const inner = name === "kubectl exec" && end >= 0 ? rest.slice(end + 1) : skipOptions(rest, shape);
  // runuser -c, flock -c, watch: a text for a shell
  const given = optionValue(rest, "c", ["command", "session-command"]);
  if (given && (name === "runuser" || name === "flock")) return {type: "text", words: [given]};
  if (inner.length === 0) return null;
  return name === "watch" && inner.length === 1 ? {type: "text", words: inner} : {type: "words", words: inner};
}

function skipOptions(words: readonly Word[], {valued = "", long = [], skip = 0, assignments}: Shape): readonly Word[] {
  let at = 0;
  for (; at < words.length; at++) {
    const {text} = words[at]!;
    if (text === "--") {
      at++;
      break;
    }
    if (assignments && /^[A-Za-z_]\w*=/.test(text)) continue;
    if (!text.startsWith("-") || text === "-") break;
    if (
      text.startsWith("--")
        ? long.includes(text.slice(2))
        : valued.includes(text.at(-1)!) && [...text.slice(1, -1)].every((letter) => !valued.includes(letter))
    )
      at++;
  }
  at += skip;
  if (words[at]?.text === "--") at++; // kubectl exec pod -- command
  while (assignments && /^[A-Za-z_]\w*=/.test(words[at]?.text ?? "")) at++;
  return words.slice(at);
}

/** bash -c 'text', bash -s, bash file, bash */
function readShell(words: readonly Word[]): Inner {
  for (let at = 0; at < words.length; at++) {
    const {text} = words[at]!;
    if (/^-[a-z]*c$/.test(text)) {
      // bash -c -e 'text' and bash -ec 'text': the first word that is no option
      const command = words.slice(at + (/o/.test(text) ? 2 : 1)).find((word) => !/^[-+]/.test(word.text));
      return command ? {type: "text", words: [command]} : null;
    }
    if (/^-[a-z]*s[a-z]*$/.test(text) || text === "-" || text === "/dev/stdin") return {type: "input"};
    if (/^[-+]O$|^[-+][a-z]*o$|^--(rcfile|init-file)$/.test(text)) at++;
    else if (!/^[-+]/.test(text)) return null; // a script: a program like any other
  }
  return {type: "input"};
}

const sshValued = "BbcDEeFIiJLlmOopQRSWw";
function readSsh(words: readonly Word[]): Inner {
  let at = 0;
  for (; words[at]?.text.startsWith("-"); at++) if (sshValued.includes(words[at]!.text.at(-1)!) && words[at]!.text.length === 2) at++;
  const command = words.slice(at + 1);
  if (words[at] === undefined) return null;
  return command.length > 0 ? {type: "text", words: command} : {type: "input"};
}

function readSu(words: readonly Word[]): Inner {
  const command = optionValue(words, "c", ["command", "session-command"]);
  return command ? {type: "text", words: [command]} : {type: "input"};
}

function readFind(words: readonly Word[]): Inner {
  const at = words.findIndex(({text}) => /^-(exec|execdir|ok|okdir)$/.test(text) || /^(-x|-X|--exec|--exec-batch)$/.test(text));
  if (at < 0) return null;
  const end = words.findIndex(({text}, index) => index > at && (text === ";" || text === "+"));
  return {type: "words", words: words.slice(at + 1, end < 0 ? undefined : end)};
}

/** The value of `-c value`, `-cvalue`, `--command value` or `--command=value`. */
export function optionValue(words: readonly Word[], short: string, long: readonly string[]): Word | null {
  return optionValues(words, short, long)[0] ?? null;
}
export function optionValues(words: readonly Word[], short: string, long: readonly string[], flags = "a-zA-Z"): readonly Word[] {
  const found: Word[] = [];
  const alone = new RegExp(`^-[${flags}]*${short}$`);
  const joined = new RegExp(`^-${short}(.+)$`, "s");
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    const {text} = word;
    if (text === "--") break;
    const value = words[at + 1];
    const name = long.find((candidate) => text.startsWith(`--${candidate}=`));
    if (name) found.push(withText(word, text.slice(name.length + 3)));
    else if ((alone.test(text) && !text.startsWith("--")) || long.some((candidate) => text === `--${candidate}`)) {
      if (value) found.push(value);
      at++;
    } else if (joined.test(text)) found.push(withText(word, joined.exec(text)![1]!));
  }
  return found;
}

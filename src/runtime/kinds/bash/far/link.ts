import {type ChildProcess, spawn} from "node:child_process";
import {randomUUID} from "node:crypto";
import {existsSync, rmSync} from "node:fs";
import {join} from "node:path";
import type {Readable} from "node:stream";
import {setTimeout as sleep} from "node:timers/promises";
import type {SessionContext} from "../../../../model/kind.ts";
import {findProgram} from "../find-program.ts";
import {cellMark, runMark} from "../marks.ts";
import type {Watchdog} from "../watchdog.ts";
import {type Address, readAddress} from "./address.ts";

/** The connection to a host: one for all cells of a session, made by the system's `ssh`. */
export interface Link {
  readonly name: string; // in the frontmatter
  readonly host: string; // what the far side calls itself
  readonly user: string;
  readonly base: string; // a folder there for what a cell needs: memory where there is such a one
  /** Runs a command there; its words are seen by everybody on both sides. */
  start(command: string, mark: string): Promise<ChildProcess>;
  close(): Promise<void>;
}

const patienceMs = 5000;

/** Connects, and asks who and where that is; throws an error that a person can act on. */
export async function openLink(name: string, context: SessionContext, folder: string, watchdog: Watchdog): Promise<Link> {
  const environment = await context.environment();
  const address = readAddress(name, context.host(name));
  const ssh = findProgram("ssh", environment["PATH"]);
  const socket = join(folder, "ssh");
  const ownMark = `ssh.${randomUUID()}`;
  let connection: ChildProcess | null = null;
  watchdog.expect(ownMark); // the connection must not outlive a killed runner
  try {
    await connect();
    const asked = await ask(await start(`exec bash --noprofile --norc -c '${question}'`, ownMark));
    const [host, user, version, base] = asked.stdout.trim().split("\n").slice(-4);
    if (asked.exit !== 0 || !host || !user || !version || !base)
      throw new Error(`host "${name}" has no bash: ${lastWords(asked.stderr) || `status ${asked.exit}`}`);
    return {name, host, user, base, start, close};
  } catch (error) {
    await close();
    throw error;
  }

  async function start(command: string, mark: string): Promise<ChildProcess> {
    await connect();
    return run(["-o", "ControlMaster=no", ...toDestination(address), command], mark);
  }

  /** Makes the connection, also a new one after one that was lost. */
  async function connect(): Promise<void> {
    if (connection !== null && !hasEnded(connection)) return;
    rmSync(socket, {force: true});
    const child = await run(["-o", "ControlMaster=yes", "-o", "ControlPersist=no", "-N", ...toDestination(address)], ownMark);
    const stderr = collect(child.stderr!);
    child.stdout!.resume();
    while (!existsSync(socket)) {
      if (hasEnded(child)) {
        await sleep(20); // its last words
        throw new Error(`host "${name}" could not be reached by ssh: ${lastWords(stderr()) || `ssh ended with status ${child.exitCode}`}`);
      }
      await sleep(10);
    }
    connection = child;
    for (const part of [child, child.stdin!, child.stdout!, child.stderr!] as const) (part as ChildProcess).unref();
  }

  async function run(args: readonly string[], mark: string): Promise<ChildProcess> {
    const env = {...environment, [runMark]: context.run, [cellMark]: mark};
    const child = spawn(ssh, [...options(socket), ...args], {cwd: "/", env, detached: true, stdio: ["pipe", "pipe", "pipe"]});
    child.stdin!.on("error", () => {}); // the connection is gone; its end says so
    if (child.pid === undefined) await new Promise((_, reject) => child.once("error", reject));
    return child;
  }

  async function close(): Promise<void> {
    if (connection !== null && !hasEnded(connection)) {
      const ended = new Promise((resolve) => connection!.once("exit", resolve));
      connection.kill("SIGTERM");
      await Promise.race([ended, sleep(patienceMs, null, {ref: false})]);
      connection.kill("SIGKILL");
    }
    watchdog.release(ownMark);
  }
}

// Only single quotes around it and none in it: any shell may be the far side's login shell.
const question =
  'echo "$(uname -n)"; echo "$(id -un)"; echo "$BASH_VERSION"; if [ -d /dev/shm ] && [ -w /dev/shm ]; then echo /dev/shm; else echo "${TMPDIR:-/tmp}"; fi';

const options = (socket: string): readonly string[] =>
  [
    "BatchMode=yes", // nobody is there to be asked
    "LogLevel=ERROR",
    "ConnectTimeout=15",
    "ServerAliveInterval=5",
    "ServerAliveCountMax=3",
    `ControlPath=${socket}`
  ].flatMap((option) => ["-o", option]);

const toDestination = ({host, user, port}: Address): readonly string[] => [
  "-T",
  ...(port === null ? [] : ["-p", String(port)]),
  ...(user === null ? [] : ["-l", user]),
  "--",
  host
];

const hasEnded = ({exitCode, signalCode}: ChildProcess): boolean => exitCode !== null || signalCode !== null;
const lastWords = (said: string): string => said.trim().split("\n").slice(-3).join("; ");

async function ask(child: ChildProcess): Promise<{exit: number | null; stdout: string; stderr: string}> {
  child.stdin!.end();
  const [stdout, stderr] = [collect(child.stdout!), collect(child.stderr!)];
  const exit = await new Promise<number | null>((resolve) => child.once("close", resolve).once("error", () => resolve(null)));
  return {exit, stdout: stdout(), stderr: stderr()};
}

function collect(stream: Readable): () => string {
  let text = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    text = (text + chunk).slice(-64 * 1024);
  });
  return () => text;
}

import {
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync
} from "node:fs";
import type {Entered} from "./environment.ts";
import {unquote} from "./quoting.ts";

/** What the end of a cell left in the file meant for the session's next state. */
export type Saved =
  | {
      readonly type: "saved";
      readonly status: number;
      readonly failed: {readonly status: number; readonly line: number} | null;
      readonly called: number;
    }
  | {readonly type: "refused"; readonly reason: string; readonly detail: string} // the session could not be restored
  | {readonly type: "missing"};

/** Reads only the head and the tail: states can be large. */
export function readSaved(path: string, nonce: string): Saved {
  let file: number;
  try {
    chmodSync(path, 0o600); // made under the cell's own umask
    file = openSync(path, "r");
  } catch {
    return {type: "missing"};
  }
  try {
    const head = readText(file, 0, 4096);
    const refused = /^#refused (\S+) ?([\s\S]*?)\n?$/.exec(head);
    if (refused) return {type: "refused", reason: refused[1]!, detail: refused[2]!};
    const saved = /^#(\w+) (\d+) (-|\d+:\d+) (\d+)\n/.exec(head);
    const end = `#end ${nonce}\n`;
    if (saved?.[1] !== nonce || readText(file, fstatSync(file).size - end.length, end.length) !== end) return {type: "missing"};
    const [status, line] = saved[3]!.split(":").map(Number);
    return {type: "saved", status: Number(saved[2]), failed: line === undefined ? null : {status: status!, line}, called: Number(saved[4])};
  } finally {
    closeSync(file);
  }
}

function readText(file: number, position: number, length: number): string {
  const buffer = Buffer.alloc(length);
  return buffer.toString("utf8", 0, readSync(file, buffer, 0, length, Math.max(position, 0)));
}

/** Writes a state that came by a pipe; which secrets it marks stands after its first line. */
export function writeState(next: string, text: string, secrets: readonly string[]): void {
  const head = text.indexOf("\n") + 1;
  const line = secrets.length > 0 ? `#secrets ${secrets.join(" ")}\n` : "";
  writeFileSync(next, text.slice(0, head) + line + text.slice(head), {mode: 0o600, encoding: "latin1"});
}

/** What had entered the session when this state was saved. */
export function readEntered(path: string): Entered {
  const file = openSync(path, "r");
  try {
    const head = readText(file, 0, 16_384);
    const line = /^#entered (.*)$/m.exec(head)?.[1];
    const secrets = /^#secrets (.*)$/m.exec(head)?.[1]?.split(" ") ?? [];
    return {...(line === undefined ? {upTo: 0, environment: {}} : (JSON.parse(line) as Omit<Entered, "secrets">)), secrets};
  } finally {
    closeSync(file);
  }
}

const leastBytes = 12; // of a name: `declare -- A`

/** How many variables and functions a state holds, where there may be more than `many`; a small one is not read. */
export function countNames(path: string, many: number): number {
  if ((statSync(path, {throwIfNoEntry: false})?.size ?? 0) < many * leastBytes) return 0;
  let count = 0;
  for (const _ of readFileSync(path, "latin1").matchAll(/^(?:declare -|\S+ \(\) $)/gm)) count++;
  return count;
}

/**
 * Makes the new state the session's state. The old one goes first, as some file systems write a file out at once that takes the
 * place of another; if the runner dies in between, `recover` finds the new one.
 */
export function adopt(next: string, path: string): void {
  remove(path);
  remove(hiddenPath(path));
  if (existsSync(hiddenPath(next))) renameSync(hiddenPath(next), hiddenPath(path));
  renameSync(next, path);
}

/** Ends what a killed runner had begun to adopt. */
export function recover(next: string, path: string): void {
  if (existsSync(path) || !existsSync(next)) return;
  const nonce = /^#(\w+) /.exec(readFileSync(next, "latin1"))?.[1];
  if (nonce !== undefined && readSaved(next, nonce).type === "saved") adopt(next, path);
}

export const nextPath = (path: string): string => `${path}.next`;

export function discard(next: string): void {
  remove(next);
  remove(hiddenPath(next));
}

function remove(path: string): void {
  if (existsSync(path)) unlinkSync(path);
}

/** Where functions that hide `builtin` or `declare` are kept: they can only come back after everything else. */
export const hiddenPath = (path: string): string => `${path}.hidden`;

/** The session's own value of a shell variable; of an array, the element 0 as bash has it. */
export function readVariable(path: string, name: string): string | undefined {
  if (!/^[A-Za-z_]\w*$/.test(name)) return undefined;
  let text: string;
  try {
    text = readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
  const found = new RegExp(`^declare -[^ ]+ ${name}=(.*)$`, "m").exec(text);
  if (!found) return undefined;
  const source = Buffer.from(found[1]!, "latin1").toString("utf8");
  if (!source.startsWith("(")) return unquote(source);
  const element = /[( ]\[0\]=("(?:[^"\\]|\\.)*"|\$'(?:[^'\\]|\\.)*')/.exec(source);
  return element ? unquote(element[1]!) : undefined;
}

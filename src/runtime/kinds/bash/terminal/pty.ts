import {writeSync} from "node:fs";
import {Socket} from "node:net";
import {constants} from "node:os";
import type {Readable} from "node:stream";
import type {TerminalSize} from "../../../../model/kind.ts";
import type {Started} from "../process.ts";
import {PtyOutput} from "./pty-output.ts";

/** A program in a pseudo-terminal: leader of its own session and process group, as every cell. */
export interface Pty extends Started {
  readonly path: string; // of the terminal: /dev/pts/3
  readonly output: Readable; // what the terminal shows
  /** False: so much is waiting to be read that no more is taken. */
  type(text: string): boolean;
  resize(size: TerminalSize): void;
}
export interface PtyGiven {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly term: string;
  readonly size: TerminalSize;
}
export type StartPty = (program: string, args: readonly string[], given: PtyGiven) => Pty;

/** Loads what makes pseudo-terminals, which not everybody installs; throws an error that says what to do. */
export async function loadPty(): Promise<StartPty> {
  try {
    const {spawn} = await import("@lydell/node-pty");
    return (program, args, {cwd, env, term, size: {columns, rows}}) =>
      toPty(spawn(program, [...args], {cwd, env: {...env}, name: term, cols: columns, rows, encoding: null}));
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new Error(
      `a cell with tty needs the optional package @lydell/node-pty, which cannot be loaded here; install runbook without --omit=optional, or "npm install @lydell/node-pty" beside it, or take tty off the cell (${reason})`
    );
  }
}

type Spawned = ReturnType<typeof import("@lydell/node-pty")["spawn"]>;

// What the package would do by itself is done here: the last of what was printed would be lost, and what is typed would be written by
// a call that stops this whole process for as long as nobody reads it.
function toPty(spawned: Spawned): Pty {
  if (
    !("_socket" in spawned && spawned._socket instanceof Socket) ||
    !("fd" in spawned && typeof spawned.fd === "number") ||
    !("ptsName" in spawned && typeof spawned.ptsName === "string")
  ) {
    spawned.kill("SIGKILL");
    throw new Error("this version of @lydell/node-pty is not known; install the one that package.json names");
  }
  const {_socket: socket, fd, ptsName: path} = spawned;
  const output = new PtyOutput(socket, fd);
  const typist = new Typist(fd);
  socket.once("close", () => typist.close());
  const ended = new Promise<Awaited<Started["ended"]>>((resolve) =>
    spawned.onExit(({exitCode, signal}) => resolve(signal ? {exit: null, signal: nameOf(signal)} : {exit: exitCode, signal: null}))
  );
  return {
    pid: spawned.pid,
    ended,
    release: () => {}, // what is in a terminal ends with it
    path,
    output,
    type: (text) => typist.type(text),
    resize({columns, rows}) {
      if (!typist.closed) spawned.resize(columns, rows);
    }
  };
}

const nameOf = (number: number): string =>
  Object.entries(constants.signals).find(([, other]) => other === number)?.[0] ?? `signal ${number}`;

const mostWaiting = 64 * 1024;
const pauseMs = 10;

/** Writes what is typed, as fast as it is read; never waits for it, and never writes to a file that was closed. */
class Typist {
  closed = false;
  readonly #fd: number;
  #waiting: Buffer = Buffer.alloc(0);
  #timer: NodeJS.Timeout | null = null;

  constructor(fd: number) {
    this.#fd = fd;
  }

  type(text: string): boolean {
    const bytes = Buffer.from(text);
    if (this.closed || this.#waiting.length + bytes.length > mostWaiting) return false;
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    if (this.#timer === null) this.#write();
    return true;
  }

  close(): void {
    this.closed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  #write(): void {
    this.#timer = null;
    try {
      while (this.#waiting.length > 0) this.#waiting = this.#waiting.subarray(writeSync(this.#fd, this.#waiting));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") this.#timer = setTimeout(() => this.#write(), pauseMs);
      else this.#waiting = Buffer.alloc(0); // its last reader has gone
    }
  }
}

import {randomUUID} from "node:crypto";
import {existsSync, readFileSync, writeFileSync} from "node:fs";
import type {Socket} from "node:net";
import type {Emit, Task} from "../../../../model/kind.ts";
import {type Begun, definesTrap, toMark} from "../begin.ts";
import type {BashConfig} from "../config.ts";
import type {CellEnvironment} from "../environment.ts";
import {Printing} from "../printing.ts";
import {toCall, toProgram} from "../program.ts";
import type {BashSession} from "../session.ts";
import {discard, hiddenPath, nextPath} from "../snapshot.ts";
import type {Watch} from "../watch.ts";
import {endFar} from "./end.ts";
import {Envelope} from "./envelope.ts";
import {toLauncher} from "./launcher.ts";
import type {Link} from "./link.ts";

interface Prepared {
  readonly given: CellEnvironment;
  readonly snapshot: string | null; // path, here
  readonly emit: Emit;
  readonly watch: Watch | null;
}

const beatMs = 5000; // the far side waits four times as long for the next word

/**
 * Starts the bash of one attempt on another host. All it needs goes through ssh's standard input, as arguments can be seen by
 * everybody there; its state comes back behind its output, so nothing stays.
 */
export async function beginFar(
  task: Task<BashConfig>,
  session: BashSession,
  link: Link,
  {given: {entering, entered, environment, secrets}, snapshot, emit, watch}: Prepared
): Promise<Begun> {
  const {cell, config} = task;
  const mark = toMark(task);
  const next = watch === null ? nextPath(session.path) : `${nextPath(session.path)}.${mark}`;
  discard(next);
  const folder = `${link.base}/runbook-${session.context.run}-${randomUUID().slice(-12)}`;
  const nonce = randomUUID().replaceAll("-", "");
  const hidden = snapshot !== null && existsSync(hiddenPath(snapshot));
  const call = toCall(`${folder}/program`, cell.id, {
    text: cell.source,
    flags: config.flags,
    snapshot: snapshot === null ? null : `${folder}/snapshot`,
    hidden,
    entered,
    cwd: config.cwd,
    entering,
    ownTrap: definesTrap(cell),
    textFile: `${folder}/text`
  });
  const begin = `runbook-begin-${randomUUID()}\n`;
  const end = `runbook-end-${randomUUID()}\n`;
  const script = toLauncher({
    folder,
    begin,
    end,
    program: toProgram({state: `${folder}/next`, hidden: `${folder}/next.hidden`, nonce, carries: watch === null}),
    snapshot: snapshot === null ? null : readFileSync(snapshot, "latin1"),
    hidden: hidden ? readFileSync(hiddenPath(snapshot!), "latin1") : null,
    text: call.text,
    args: call.args,
    environment: {...environment, ...call.env},
    run: session.context.run,
    mark: `${mark}.far`, // ssh carries the other one, and its host may be this one
    keep: cell.options.keep,
    ...session.times
  });

  session.watchdog.expect(mark);
  const child = await link.start(`exec bash --noprofile --norc -c 'eval "$(head -c ${script.length})"'`, mark);
  child.stdin!.write(Buffer.from(script, "latin1"));
  const beating = setInterval(() => child.stdin!.write("\n"), beatMs);
  child.once("exit", () => clearInterval(beating));
  const envelope = new Envelope(begin, end);
  const hear: Emit = (output) => {
    if (output.type !== "bytes") return;
    const bytes = output.stream === "stdout" ? envelope.take(output.bytes) : output.bytes;
    if (bytes.length === 0) return;
    const taken = emit({...output, bytes});
    watch?.take(output.stream, bytes);
    return taken;
  };
  const printing = new Printing({stdout: child.stdout as Socket, stderr: child.stderr as Socket}, hear);
  return {
    type: "begun",
    mark,
    process: null,
    printing,
    drains: [],
    unanswered: () => null,
    next,
    nonce,
    secrets,
    state: {
      path: folder,
      async read() {
        const {report} = envelope;
        if (report?.hidden) writeFileSync(hiddenPath(next), report.hidden, {mode: 0o600, encoding: "latin1"});
        return report?.state ?? "";
      }
    },
    end: async (guarding) => {
      const ending = await endFar({child, printing, envelope, link, ...guarding});
      const rest = envelope.rest();
      if (rest.length > 0) await emit({type: "bytes", stream: "stdout", bytes: rest});
      for (const stream of ["stdout", "stderr"] as const) watch?.end(stream);
      return ending;
    }
  };
}

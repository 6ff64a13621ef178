import {afterEach, describe, expect, it} from "vitest";
import type {Event} from "../../src/model/event.ts";
import {readRun} from "../../src/runtime/runs.ts";
import {processesOf} from "../runtime/kinds/bash/shell.ts";
import {fence, usePlace} from "./command.ts";
import type {Interrupted} from "./interrupted.ts";
import {go, interruptRun, stop} from "./interrupted.ts";

const place = usePlace();
const started: Interrupted[] = [];
const interrupt = async (name: string, text: string): Promise<Interrupted> => {
  const run = await interruptRun(place, name, text);
  started.push(run);
  return run;
};
const idOf = (run: Interrupted): string => run.folder.split("/").at(-1)!;
afterEach(async () => {
  for (const run of started.splice(0)) await killAll(run);
});

async function killAll(run: Interrupted): Promise<void> {
  for (let pids = await processesOf(idOf(run)); pids.length > 0; pids = await processesOf(idOf(run))) {
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // it has ended by itself
      }
    }
  }
}

const ended = (run: Interrupted, step: string) =>
  run.events().findLast((event): event is Extract<Event, {type: "cell-ended"}> => event.type === "cell-ended" && event.step === step);
const printed = (run: Interrupted, step: string): string =>
  run
    .events()
    .map((event) => (event.type === "output-written" && event.step === step && event.output.type === "text" ? event.output.text : ""))
    .join("");
/** Prints its number again and again; ends when a file says so. */
const server = (options: string): string =>
  fence(
    `bash {#server ready="^up" background ${options}}`,
    "echo up $$",
    "for ((n = 1; ; n++)); do echo tick $n; test ! -e $RUNBOOK_RUN_DIRECTORY/die || exit 3; sleep 0.05; done"
  );
const die = (lines = "touch $RUNBOOK_RUN_DIRECTORY/die; sleep 1"): string => fence("bash {#die}", lines);
const again = ["--lost", "two=again"];

describe("a cell in the background that is to be kept, when its runner was killed", () => {
  it("is adopted: it is the same process, read on from there, and outlives the run", async () => {
    const text = `# K\n\n${server("keep")}${stop("two")}${fence("bash {#three}", "sleep 0.5; echo three >> LEDGER")}`;
    const run = await interrupt("kept", text);
    const [pid] = await processesOf(idOf(run));
    const before = printed(run, "server");
    go(run);
    expect(await run.resume(...again)).toMatchObject({exit: 0, stderr: ""});
    expect(run.events().find(({type}) => type === "run-resumed")).toMatchObject({adopted: ["server"]});
    const end = ended(run, "server")!;
    expect(end).toMatchObject({outcome: {type: "passed"}, ending: {leftovers: [], streams: {stdout: {truncated: true}}}});
    expect(end.ending.kept[0]).toContain(`(pid ${pid}, started `);
    const ticks = [...printed(run, "server").matchAll(/^tick (\d+)$/gm)].map(([, n]) => Number(n));
    expect(printed(run, "server").slice(0, before.length)).toBe(before);
    expect(ticks.at(-1)! - ticks.length).toBeGreaterThan(0); // what came while there was no runner
    expect(ticks).toEqual([...ticks].sort((a, b) => a - b));
    expect(end.ending.streams.stdout.bytes).toBe(Buffer.byteLength(printed(run, "server")));
    expect(await processesOf(idOf(run))).toContain(pid);
    expect(await readRun(run.folder)).toMatchObject({damage: null, run: {ended: {outcome: "passed"}}});
    expect((await place.runbook("show", run.folder)).stdout).toContain("server still goes on in the background");
  });

  it("is noticed when it dies later: the course stops, and the run fails", async () => {
    const text = `# D\n\n${server("keep")}${stop("two")}${die()}${fence("bash {#never}", "echo never >> LEDGER")}`;
    const run = await interrupt("dies", text);
    go(run);
    expect((await run.resume(...again)).exit).toBe(1);
    expect(ended(run, "server")!.outcome).toMatchObject({
      type: "failed",
      message: "it was ready, and ended by itself before the run did; its status is not known, as another runner had started it"
    });
    expect(run.ledger()).not.toContain("never");
  });

  it("is lost when it has ended meanwhile, and a person decides whether it begins again", async () => {
    const run = await interrupt("gone", `# G\n\n${server("keep")}${stop("two")}`);
    await killAll(run);
    go(run);
    const said = await run.resume(...again);
    expect(said).toMatchObject({exit: 3, stderr: expect.stringContaining('"server": nobody saw how it ended')});
    expect(await run.resume(...again, "--lost", "server=again")).toMatchObject({exit: 0, stderr: ""});
    const outcomes = run.events().flatMap((event) => (event.type === "cell-ended" && event.step === "server" ? [event.outcome.type] : []));
    expect(outcomes).toEqual(["lost", "passed"]);
  });

  it("can be adopted again and again", async () => {
    const text = `# T\n\n${server("keep")}${stop("two")}${fence("bash {#three}", "test -e $RUNBOOK_RUN_DIRECTORY/past || sleep 60")}`;
    const run = await interrupt("twice", text);
    const [pid] = await processesOf(idOf(run));
    go(run);
    const second = place.start(["resume", run.folder, "--quiet", ...again]);
    await expect
      .poll(() => run.events().some((event) => event.type === "cell-started" && event.step === "three"), {timeout: 10_000})
      .toBe(true);
    second.kill("SIGKILL");
    await second;
    place.file(`${run.folder.slice(place.folder.length + 1)}/past`, "");
    expect(await run.resume("--lost", "three=again")).toMatchObject({exit: 0, stderr: ""});
    expect(ended(run, "server")!.ending.kept[0]).toContain(`(pid ${pid}, started `);
    expect(run.events().filter(({type}) => type === "run-resumed")).toMatchObject([{adopted: ["server"]}, {adopted: ["server"]}]);
  });

  it("is ended with its runner, and lost, without keep", async () => {
    const run = await interrupt("unkept", `# U\n\n${server("")}${stop("two")}`);
    await expect.poll(() => processesOf(idOf(run)), {timeout: 10_000}).toEqual([]);
    go(run);
    expect((await run.resume(...again)).stderr).toContain('"server": nobody saw how it ended');
  });
});

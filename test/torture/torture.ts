/** Kills the runner with SIGKILL at random moments of a run of bash and SQL cells, resumes it each time, and holds all it said against the journal. */
import {spawn} from "node:child_process";
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";
import {expect} from "vitest";
import type {Event} from "../../src/model/event.ts";
import {attemptsOf, goesOn, stepRun} from "../../src/model/run.ts";
import type {StepId} from "../../src/model/runbook.ts";
import {readRun} from "../../src/runtime/runs.ts";
import {main} from "../runbooks/runbook.ts";
import type {TestCluster} from "../support/postgres.ts";

export interface Tortured {
  readonly kills: number;
  readonly lost: number; // steps that a person had to decide about
  readonly events: number;
}

/** Tortures one run to its end. `random` gives numbers from 0 to 1. */
export async function torture(cluster: TestCluster, {cells, random}: {cells: number; random: () => number}): Promise<Tortured> {
  const folder = mkdtempSync(join(tmpdir(), "runbook-torture-"));
  try {
    const table = `ledger_${Math.floor(random() * 1e9)}`;
    await query(cluster, `create table ${table} (step text not null)`);
    writeFileSync(join(folder, "torture.md"), documentOf(cells, table));
    const repeated = new Map<string, number>(); // how often a person said so
    const shown: Event[] = [];
    const call = {folder, cluster, random};
    let kills = 0;
    let lost = 0;
    let ended = await runKilled(call, ["exec", "torture.md", "--json", "--operator", "ada"], shown);
    for (;;) {
      if (ended.killed) kills++;
      const run = findBegun(folder);
      if (run === null) {
        expect(shown).toEqual([]);
        rmSync(join(folder, ".runbook"), {recursive: true, force: true}); // it was killed before it had begun
        ended = await runKilled(call, ["exec", "torture.md", "--json", "--operator", "ada"], shown);
        continue;
      }
      const recording = await readRun(join(folder, ".runbook/runs", run));
      expect(recording.events.slice(0, shown.length), "every event that was shown is in the journal, as it was shown").toEqual(shown);
      shown.splice(0, shown.length, ...recording.events);
      if (recording.run.ended !== null) break;
      const options: string[] = [];
      for (const {step} of recording.run.start!.plan.steps) {
        const now = stepRun(recording.run, step);
        const isLost = now.status === "ended" && now.attempt.outcome.type === "lost";
        const isAsked = now.status === "asked" && now.question.type === "lost";
        if (!goesOn(now) && !isLost && !isAsked) continue;
        if (random() < 0.1) {
          const before = readFileSync(join(recording.folder, "journal.ndjson"));
          expect((await runKilled({...call, random: () => 1}, ["resume", "latest"], [])).exit).toBe(3);
          expect(readFileSync(join(recording.folder, "journal.ndjson")), "nobody's word changes nothing").toEqual(before);
        }
        lost++;
        const again = random() < 0.7;
        if (again) repeated.set(step, (repeated.get(step) ?? 0) + 1);
        options.push("--lost", again ? `${step}=again` : `${step}=${random() < 0.5 ? "done" : "skip"}:I have looked`);
      }
      ended = await runKilled(call, ["resume", "latest", "--json", ...options], shown);
      if (!ended.killed) expect([ended.exit, ended.stderr]).toEqual([0, ""]);
    }
    await holdAgainstLedger(folder, {cluster, table, shown, repeated});
    return {kills, lost, events: shown.length};
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

/** The run's id, if its first event is on disk. */
function findBegun(folder: string): string | null {
  try {
    const run = readdirSync(join(folder, ".runbook/runs"))[0];
    return run !== undefined && readFileSync(join(folder, ".runbook/runs", run, "journal.ndjson")).includes("\n") ? run : null;
  } catch {
    return null;
  }
}

const documentOf = (cells: number, table: string): string =>
  `# Torture\n\n${Array.from({length: cells}, (_, index) =>
    index % 2 === 0
      ? `\`\`\`bash {#b${index}}\necho b${index} >> ledger\nCOUNT=$((\${COUNT:-0} + 1))\necho "cell $COUNT"\nsleep 0.0${index % 10}\n\`\`\`\n`
      : `\`\`\`sql {#s${index} on=db}\ninsert into ${table} values ('s${index}');\nselect pg_sleep(0.0${index % 10});\n\`\`\`\n`
  ).join("\n")}`.replace("# Torture\n", `---\nconnections:\n  db: \${DB}\n---\n\n# Torture\n`);

interface Call {
  readonly folder: string;
  readonly cluster: TestCluster;
  readonly random: () => number;
}
interface Ended {
  readonly killed: boolean;
  readonly exit: number | null;
  readonly stderr: string;
}

/** Runs the command, and kills it after a while or after so many events; what it showed goes to `shown`. */
async function runKilled({folder, cluster, random}: Call, args: readonly string[], shown: Event[]): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: folder,
    env: {PATH: process.env.PATH, HOME: folder, DB: cluster.url},
    stdio: ["ignore", "pipe", "pipe"]
  });
  let killed = false;
  const kill = (): void => {
    killed = child.exitCode === null && child.kill("SIGKILL");
  };
  const choice = random();
  const timer = choice < 0.5 ? setTimeout(kill, random() * 1200) : null;
  let left = choice >= 0.5 && choice < 0.95 ? Math.ceil(random() * 25) : Number.POSITIVE_INFINITY;
  let text = "";
  let stderr = "";
  child.stdout.on("data", (bytes: Buffer) => {
    text += bytes;
    for (const _ of bytes.toString().matchAll(/\n/g)) if (--left === 0) kill();
  });
  child.stderr.on("data", (bytes: Buffer) => {
    stderr += bytes;
  });
  const exit = await new Promise<number | null>((resolve) => child.on("close", resolve));
  if (timer) clearTimeout(timer);
  if (args.includes("--json"))
    for (const line of text.split("\n").slice(0, -1)) {
      const event = JSON.parse(line) as Event;
      shown[event.seq - 1] = event;
    }
  return {killed: killed && exit === null, exit, stderr};
}

interface Ledger {
  readonly cluster: TestCluster;
  readonly table: string;
  readonly shown: readonly Event[];
  readonly repeated: ReadonlyMap<string, number>;
}

async function holdAgainstLedger(folder: string, {cluster, table, shown, repeated}: Ledger): Promise<void> {
  const {run} = await readRun(join(folder, ".runbook/runs", readdirSync(join(folder, ".runbook/runs"))[0]!));
  const lines = [
    ...readFileSync(join(folder, "ledger"), "utf8").trim().split("\n"),
    ...(await query(cluster, `select step from ${table}`))
  ];
  const passed = new Set<string>();
  for (const event of shown) {
    if (event.type === "cell-started") expect(passed.has(event.step), `${event.step} had passed and was started again`).toBe(false);
    if (event.type === "cell-ended" && event.outcome.type === "passed") passed.add(event.step);
  }
  for (const {step} of run.start!.plan.steps) {
    const times = lines.filter((line) => line === step).length;
    const attempts = attemptsOf(stepRun(run, step as StepId)).length;
    const allowed = 1 + (repeated.get(step) ?? 0);
    expect(times, `${step} ran ${times} times, with a word for ${allowed}`).toBeLessThanOrEqual(allowed);
    expect(attempts).toBeLessThanOrEqual(allowed);
    if (passed.has(step)) expect(times, `${step} passed`).toBeGreaterThanOrEqual(1);
  }
  expect(await leftOf(run.start!.run), "a process was left").toEqual([]);
}

/** Processes of the run that are there after the grace of its watchdogs. */
async function leftOf(run: string): Promise<readonly string[]> {
  const find = (): readonly string[] =>
    readdirSync("/proc").filter((pid) => {
      try {
        return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, "latin1").includes(`RUNBOOK_RUN=${run}`);
      } catch {
        return false;
      }
    });
  for (let tries = 0; tries < 100 && find().length > 0; tries++) await sleep(100);
  return find().map((pid) => `${pid}: ${readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ")}`);
}

async function query({bin, environment}: TestCluster, text: string): Promise<readonly string[]> {
  const child = spawn(join(bin, "psql"), ["-XAtqc", text], {
    env: {...environment, PATH: process.env.PATH},
    stdio: ["ignore", "pipe", "inherit"]
  });
  let out = "";
  for await (const bytes of child.stdout) out += bytes;
  return out.split("\n").filter(Boolean);
}

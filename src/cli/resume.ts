import {resolve} from "node:path";

import {planRun} from "../model/plan.ts";
import type {Run} from "../model/run.ts";
import {stepRun} from "../model/run.ts";
import type {Runbook, StepId} from "../model/runbook.ts";
import {stepName} from "../model/runbook.ts";
import {settled} from "../model/standing.ts";
import {UsageError} from "../model/usage-error.ts";
import type {Performance} from "../runtime/conductor.ts";
import {checkTemplates} from "../runtime/connections/check-templates.ts";
import {kinds} from "../runtime/kinds/index.ts";
import {LockedError, readLock} from "../runtime/lock.ts";
import {findUndecided} from "../runtime/resumable.ts";
import {resume} from "../runtime/resume.ts";
import {findRun, readRun} from "../runtime/runs.ts";
import {openDocumentOfRun} from "./document.ts";
import type {ExecOptions} from "./exec.ts";
import {findLacks, prepareReports, report} from "./exec.ts";
import {exitCode} from "./exit-code.ts";
import type {GivenHere} from "./given-for.ts";
import {givenFor} from "./given-for.ts";
import {checkAnswers, createHeadless, howToDecide} from "./headless.ts";
import {onInterrupt} from "./interrupt.ts";
import {readLost} from "./lost-options.ts";
import type {Reporter} from "./reporter.ts";
import {createReporter} from "./reporter.ts";
import {isAttended, screenSize} from "./terminal/lend.ts";
import {timeLimit} from "./time-limit.ts";

export interface ResumeOptions extends Omit<ExecOptions, "drill" | "dryRun"> {
  readonly lost?: readonly string[];
  readonly acceptChanges?: boolean;
}

/** `runbook resume`: goes on with an interrupted run; what it has passed stays passed, and what was lost a person decides. */
export async function resumeRun(reference: string, options: ResumeOptions): Promise<number> {
  const {confirmDestructive = false, acceptProposals = false, acceptChanges = false} = options;
  const limitMs = timeLimit(options.timeout);
  const reports = options.report === undefined ? null : await prepareReports(options.report);
  const recording = await readRun(await findRun(resolve(options.runsDir), reference));
  const {start, ended} = recording.run;
  if (start === null)
    throw new UsageError(`${recording.folder} holds no run that has begun${recording.damage === null ? "" : `: ${recording.damage}`}`);
  if (ended !== null)
    throw new UsageError(`run ${start.run} has ended (${ended.outcome}: ${ended.reason}); a record can be read, not resumed`);
  const holder = recording.live ? readLock(recording.folder) : null;
  if (holder !== null) throw new LockedError(recording.folder, holder);

  const document = await openDocumentOfRun(recording);
  const {runbook, bytes, included, directory, problems} = document;
  if (!report(problems, options)) return 2;
  const given = await givenFor(document, options);
  const {values, answers, environment, operator, closing} = given;
  checkAnswers(runbook, answers);
  const reviewed =
    options.confirmFile === undefined ? null : (await import("./confirm-file.ts")).readConfirmFile(options.confirmFile, runbook);
  const lookup = (name: string): string | undefined => values.find((value) => value.name === name)?.value ?? environment[name];
  if (!report([...checkTemplates(runbook, lookup), ...(await findLacks(runbook, environment))], options)) return 2;

  const pinned = confirmDestructive && start.mode !== "drill" ? await findPinnedLeft(runbook, recording.run, given) : null;
  const lost = readLost(options.lost ?? [], runbook, findUndecided(runbook, recording.run));
  const conductor = createHeadless(runbook, {
    answers,
    operator,
    drill: start.mode === "drill",
    acceptProposals,
    reviewed,
    confirmsDestructive: ({id}) => confirmDestructive && (pinned?.has(id) ?? true),
    lost
  });
  const isAttendedHere = isAttended(options);
  let performing: Performance | null = null;
  const lending = isAttendedHere ? {operator, performance: () => performing} : null;
  let reporter: Reporter | null = null;
  try {
    const performance = await resume({
      folder: recording.folder,
      runbook,
      bytes,
      included,
      directory,
      acceptChanges,
      cutShort: new Set(lost.keys()),
      operator,
      kinds,
      environment,
      values,
      closing,
      conductor,
      screen: isAttendedHere ? screenSize : null,
      onEarlier(_, run) {
        refuseUndecided(run);
        reporter = createReporter(runbook, options, run, lending);
      },
      onEvents: (events) => reporter?.hear(events)
    });
    performing = performance;
    const release = onInterrupt({
      cancel: (signal) => void performance.cancel(`${operator} (${signal})`),
      kill: () => void performance.kill()
    });
    const limit = limitMs === null ? null : setTimeout(() => void performance.cancel(`--timeout ${options.timeout}`), limitMs);
    try {
      const run = await performance.done;
      (reporter as Reporter | null)?.end({folder: performance.folder, unanswered: conductor.unanswered});
      const code = (await reports?.(performance.folder, exitCode(run))) ?? exitCode(run);
      return options.archive === undefined ? code : (await import("./archive.ts")).archiveAfter(performance.folder, code, options);
    } finally {
      if (limit) clearTimeout(limit);
      release();
    }
  } catch (error) {
    if (!(error instanceof UndecidedError)) throw error;
    process.stderr.write(`runbook: ${error.message}\n`);
    return 3;
  }

  function refuseUndecided(run: Run): void {
    const open = findUndecided(runbook, run).filter(({id}) => !lost.has(id));
    if (open.length === 0) return;
    const lines = open.map((step) => `"${stepName(step)}": nobody saw how it ended.\n  ${howToDecide(step.id)}`);
    throw new UndecidedError(
      `a person must decide about ${open.length === 1 ? "a step" : "steps"} before the run goes on; nothing was run\n${lines.join("\n")}`
    );
  }
}

/** Of a run that is no drill, every cell that destroys and is still to come must act on a pinned cluster. */
async function findPinnedLeft(runbook: Runbook, run: Run, given: GivenHere): Promise<ReadonlySet<StepId>> {
  const section = runbook.sections.find(({id}) => id === run.start?.plan.section)?.id ?? null;
  const {findPinned} = await import("./find-pinned.ts");
  return findPinned(runbook, planRun(runbook, {section}), given, (id) => run.steps.has(id) && settled(stepRun(run, id)));
}

class UndecidedError extends Error {
  override name = "UndecidedError";
}

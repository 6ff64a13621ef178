import {resolve} from "node:path";

import {planRun} from "../model/plan.ts";
import type {Problem, Runbook} from "../model/runbook.ts";
import type {Performance} from "../runtime/conductor.ts";
import {checkTemplates} from "../runtime/connections/check-templates.ts";
import {kinds} from "../runtime/kinds/index.ts";
import {perform} from "../runtime/perform.ts";
import {isError, openDocument} from "./document.ts";
import {exitCode} from "./exit-code.ts";
import {givenFor} from "./given-for.ts";
import {checkAnswers, createHeadless} from "./headless.ts";
import {onInterrupt} from "./interrupt.ts";
import {problemLines} from "./problems.ts";
import {createReporter} from "./reporter.ts";
import {isAttended, screenSize} from "./terminal/lend.ts";
import {paintFor} from "./terminal/paint.ts";
import {timeLimit} from "./time-limit.ts";

export interface ExecOptions {
  readonly set?: readonly string[];
  readonly envFile?: string;
  readonly answers?: string;
  readonly confirm?: readonly string[];
  readonly confirmFile?: string;
  readonly confirmDestructive?: boolean;
  readonly dryRun?: boolean;
  readonly acceptProposals?: boolean;
  readonly operator?: string;
  readonly drill?: boolean;
  readonly timeout?: string;
  readonly runsDir: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly report?: readonly string[];
  readonly archive?: string; // the folder to put its bag into
  readonly sign?: string;
  readonly acceptFindings?: string;
}

/** `runbook exec`: performs a runbook in the order of its plan, answered only by what the call brought. */
export async function exec(reference: string, options: ExecOptions): Promise<number> {
  const {confirmDestructive = false, acceptProposals = false, drill = false} = options;
  const limitMs = timeLimit(options.timeout);
  const reports = options.report === undefined ? null : await prepareReports(options.report);

  const document = await openDocument(reference);
  const {runbook, bytes, included, directory, section, problems} = document;
  if (!report(problems, options)) return 2;
  const given = await givenFor(document, options);
  const {values, answers, environment, operator, closing} = given;
  checkAnswers(runbook, answers);
  const reviewed =
    options.confirmFile === undefined ? null : (await import("./confirm-file.ts")).readConfirmFile(options.confirmFile, runbook);

  const lookup = (name: string): string | undefined => values.find((value) => value.name === name)?.value ?? environment[name];
  if (!report(checkTemplates(runbook, lookup), options)) return 2;
  const pinned =
    confirmDestructive && !drill ? await (await import("./find-pinned.ts")).findPinned(runbook, planRun(runbook, {section}), given) : null;
  const conductor = createHeadless(runbook, {
    answers,
    operator,
    drill,
    acceptProposals,
    reviewed,
    confirmsDestructive: ({id}) => confirmDestructive && (pinned?.has(id) ?? true)
  });
  if (options.dryRun) {
    const {dryRunLines} = await import("./dry-run.ts");
    const lines = await dryRunLines({
      document,
      given,
      headless: conductor,
      mode: drill ? "drill" : "recovery",
      paint: paintFor(process.stdout)
    });
    process.stdout.write([...lines, ""].join("\n"));
    return 0;
  }
  if (!report(await findLacks(runbook, environment), options)) return 2;
  const isAttendedHere = isAttended(options);
  let performing: Performance | null = null;
  const lending = isAttendedHere ? {operator, performance: () => performing} : null;
  const reporter = createReporter(runbook, options, undefined, lending);
  const performance = await perform({
    runbook,
    bytes,
    included,
    directory,
    runsDirectory: resolve(options.runsDir),
    plan: planRun(runbook, {section}),
    mode: drill ? "drill" : "recovery",
    operator,
    kinds,
    environment,
    values,
    closing,
    conductor,
    screen: isAttendedHere ? screenSize : null,
    onEvents: reporter.hear
  });
  performing = performance;
  const release = onInterrupt({
    cancel: (signal) => void performance.cancel(`${operator} (${signal})`),
    kill: () => void performance.kill()
  });
  const limit = limitMs === null ? null : setTimeout(() => void performance.cancel(`--timeout ${options.timeout}`), limitMs);
  try {
    const run = await performance.done;
    reporter.end({folder: performance.folder, unanswered: conductor.unanswered});
    const code = (await reports?.(performance.folder, exitCode(run))) ?? exitCode(run);
    return options.archive === undefined ? code : (await import("./archive.ts")).archiveAfter(performance.folder, code, options);
  } finally {
    if (limit) clearTimeout(limit);
    release();
  }
}

/** Holds the call against what can be written, before anything runs; what it gives writes the reports. */
export async function prepareReports(given: readonly string[]): Promise<(folder: string, code: number) => Promise<number>> {
  const {readReports, writeReports} = await import("./reports.ts");
  const reports = readReports(given);
  return (folder, code) => writeReports(folder, reports, code);
}

/** Only a document that requires programs pays for asking them. */
export async function findLacks(runbook: Runbook, environment: Readonly<Record<string, string>>): Promise<readonly Problem[]> {
  return runbook.settings.requires.length === 0 ? [] : (await import("../runtime/requirements.ts")).probeRequirements(runbook, environment);
}

/** Says what is wrong; false when nothing may run. */
export function report(problems: readonly Problem[], {quiet = false}: {readonly quiet?: boolean}): boolean {
  const errors = problems.filter(isError);
  const said = quiet ? errors : problems;
  if (said.length > 0) process.stderr.write([...problemLines(said, paintFor(process.stderr)), ""].join("\n"));
  if (errors.length > 0) process.stderr.write("nothing was run\n");
  return errors.length === 0;
}

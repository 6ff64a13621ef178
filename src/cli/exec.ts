import {userInfo} from "node:os";
import {resolve} from "node:path";

import {planRun} from "../model/plan.ts";
import type {Problem, Runbook} from "../model/runbook.ts";
import {UsageError} from "../model/usage-error.ts";
import {checkTemplates} from "../runtime/connections/check-templates.ts";
import {kinds} from "../runtime/kinds/index.ts";
import {perform} from "../runtime/perform.ts";
import {isError, openDocument} from "./document.ts";
import {exitCode} from "./exit-code.ts";
import {readGiven} from "./given.ts";
import {checkAnswers, createHeadless} from "./headless.ts";
import {onInterrupt} from "./interrupt.ts";
import {problemLines} from "./problems.ts";
import {createReporter} from "./reporter.ts";
import {paintFor} from "./terminal/paint.ts";
import {timeLimit} from "./time-limit.ts";

export interface ExecOptions {
  readonly set?: readonly string[];
  readonly envFile?: string;
  readonly answers?: string;
  readonly confirm?: readonly string[];
  readonly confirmDestructive?: boolean;
  readonly acceptProposals?: boolean;
  readonly operator?: string;
  readonly drill?: boolean;
  readonly timeout?: string;
  readonly runsDir: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** `runbook exec`: performs a runbook in the order of its plan, answered only by what the call brought. */
export async function exec(reference: string, options: ExecOptions): Promise<number> {
  const {confirmDestructive = false, acceptProposals = false, drill = false} = options;
  if (confirmDestructive && !drill)
    throw new UsageError("--confirm-destructive is only for drills: give --drill, or --confirm ID for each step");
  const limitMs = timeLimit(options.timeout);
  const operator = options.operator ?? process.env.RUNBOOK_OPERATOR ?? userInfo().username;

  const {runbook, bytes, directory, section, problems} = await openDocument(reference);
  if (!report(problems, options)) return 2;
  const {values, answers} = await readGiven(runbook, options, operator);
  checkAnswers(runbook, answers);

  const environment = Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
  const lookup = (name: string): string | undefined => values.find((value) => value.name === name)?.value ?? environment[name];
  if (!report([...checkTemplates(runbook, lookup), ...(await findLacks(runbook, environment))], options)) return 2;

  const conductor = createHeadless(runbook, {answers, operator, drill, acceptProposals, confirmDestructive});
  const reporter = createReporter(runbook, options);
  const performance = await perform({
    runbook,
    bytes,
    directory,
    runsDirectory: resolve(options.runsDir),
    plan: planRun(runbook, {section}),
    mode: drill ? "drill" : "recovery",
    operator,
    kinds,
    environment,
    values,
    conductor,
    onEvents: reporter.hear
  });
  const release = onInterrupt({
    cancel: (signal) => void performance.cancel(`${operator} (${signal})`),
    kill: () => void performance.kill()
  });
  const limit = limitMs === null ? null : setTimeout(() => void performance.cancel(`--timeout ${options.timeout}`), limitMs);
  try {
    const run = await performance.done;
    reporter.end({folder: performance.folder, unanswered: conductor.unanswered});
    return exitCode(run);
  } finally {
    if (limit) clearTimeout(limit);
    release();
  }
}

/** Only a document that requires programs pays for asking them. */
async function findLacks(runbook: Runbook, environment: Readonly<Record<string, string>>): Promise<readonly Problem[]> {
  return runbook.settings.requires.length === 0 ? [] : (await import("../runtime/requirements.ts")).probeRequirements(runbook, environment);
}

/** Says what is wrong; false when nothing may run. */
function report(problems: readonly Problem[], {quiet = false}: ExecOptions): boolean {
  const errors = problems.filter(isError);
  const said = quiet ? errors : problems;
  if (said.length > 0) process.stderr.write([...problemLines(said, paintFor(process.stderr)), ""].join("\n"));
  if (errors.length > 0) process.stderr.write("nothing was run\n");
  return errors.length === 0;
}

/** The command line. Each command is loaded when it is called; this is the only place that prints an error and decides an exit code. */
import {Command, CommanderError, InvalidArgumentError, Option} from "commander";

import {UsageError} from "../model/usage-error.ts";
import {version} from "../runtime/version.ts";

const collect = (value: string, earlier: readonly string[] | undefined): readonly string[] => [...(earlier ?? []), value];

function createProgram(): Command {
  const program = new Command("runbook")
    .description("Literate runbooks: Markdown operations procedures that run, and leave a record that can be trusted")
    .version(version)
    .configureOutput({outputError: (text, write) => write(text.replace(/^error: /, "runbook: "))})
    .showHelpAfterError("(runbook --help says more)")
    .exitOverride();

  program
    .command("open [path]")
    .description("the viewer on a runbook, or on a folder of them")
    .option("--port <n>", "port to listen on (default: a free one)", toPort)
    .option("--host <host>", "address to listen on", "127.0.0.1")
    .option("--invite <name>", "print one more link, for this person (repeatable)", collect)
    .option("--no-browser", "print the address, open no browser")
    .option("--drill", "runs are drills")
    .option("--operator <name>", "who answers for what is done at the first link")
    .option("--runs-dir <dir>", "where run folders are", ".runbook/runs")
    .action(async (path, options) => finish((await import("./open.ts")).open(path ?? ".", options)));

  program
    .command("exec <file>")
    .description("execute a runbook, or one section of it (FILE#SECTION), without a page")
    .option("--set <name=value>", "give an input or a ${NAME} of the document (repeatable)", collect)
    .option("--env-file <file>", "the same from a file of NAME=value lines")
    .option("--answers <file>", "YAML: step id or input name → answer")
    .option("--confirm <id>", "answer a gate, checklist or confirmation: ID, or ID=phrase where one is asked for (repeatable)", collect)
    .option("--confirm-file <file>", "confirm what was reviewed: the output of plan --confirmations")
    .option("--confirm-destructive", "confirm every destructive step; only with --drill, or where each acts on a pinned system_identifier")
    .option("--accept-proposals", "take what decisions propose")
    .option("--operator <name>", "who answers for this run (default: $RUNBOOK_OPERATOR, else the user)")
    .option("--drill", "this is a drill, no recovery")
    .option("--timeout <duration>", "longest time for the whole run, like 2h")
    .option("--runs-dir <dir>", "where run folders are made", ".runbook/runs")
    .option("--json", "write the events to stdout, one a line")
    .option("--quiet", "say only what went wrong")
    .option("--report <format=file>", "write the run to FILE when it is over, as export does: junit=report.xml (repeatable)", collect)
    .option("--archive <dir>", "archive the run when it is over, in this folder")
    .option("--sign <key>", "sign that archive with this ssh key")
    .option("--accept-findings <why>", "archive although something in it looks like a secret; the archive says so")
    .option("--dry-run", "say what would happen at each step; run nothing")
    .addHelpText("after", EXIT_CODES)
    .action(async (file, options) => finish((await import("./exec.ts")).exec(file, options)));

  program
    .command("resume <run>")
    .description("go on with a run whose runner was gone before its end: an id, a unique prefix, latest, or a run folder")
    .option("--lost <id=what>", "what is to become of a step that nobody saw end: again, done:WHY or skip:WHY (repeatable)", collect)
    .option("--accept-changes", "go on although the runbook, its files or a transaction are no longer as they were")
    .option("--set <name=value>", "give an input or a ${NAME} of the document (repeatable)", collect)
    .option("--env-file <file>", "the same from a file of NAME=value lines")
    .option("--answers <file>", "YAML: step id or input name → answer")
    .option("--confirm <id>", "answer a gate, checklist or confirmation: ID, or ID=phrase where one is asked for (repeatable)", collect)
    .option("--confirm-file <file>", "confirm what was reviewed: the output of plan --confirmations")
    .option("--confirm-destructive", "confirm every destructive step; only of a drill, or where each acts on a pinned system_identifier")
    .option("--accept-proposals", "take what decisions propose")
    .option("--operator <name>", "who answers for what follows (default: $RUNBOOK_OPERATOR, else the user)")
    .option("--timeout <duration>", "longest time for what is left of the run, like 2h")
    .option("--runs-dir <dir>", "where run folders are", ".runbook/runs")
    .option("--json", "write the events to stdout, one a line")
    .option("--quiet", "say only what went wrong")
    .option("--report <format=file>", "write the run to FILE when it is over, as export does: junit=report.xml (repeatable)", collect)
    .option("--archive <dir>", "archive the run when it is over, in this folder")
    .option("--sign <key>", "sign that archive with this ssh key")
    .option("--accept-findings <why>", "archive although something in it looks like a secret; the archive says so")
    .addHelpText("after", EXIT_CODES)
    .action(async (run, options) => finish((await import("./resume.ts")).resumeRun(run, options)));

  program
    .command("check <path...>")
    .description("problems of runbooks, or of all Markdown files of a folder")
    .addOption(new Option("--format <format>", "how to print them").choices(["text", "json"]).default("text"))
    .action(async (paths, options) => finish((await import("./check.ts")).check(paths, options)));

  program
    .command("plan <file>")
    .description("the steps that a run of FILE or FILE#SECTION intends, and why it skips others")
    .option("--confirmations", "what asks before it runs, as YAML to be reviewed and given back with exec --confirm-file")
    .option("--json", "the confirmations as JSON")
    .option("--set <name=value>", "give an input or a ${NAME} of the document, which a confirmation covers (repeatable)", collect)
    .option("--env-file <file>", "the same from a file of NAME=value lines")
    .option("--answers <file>", "YAML: step id or input name → answer")
    .action(async (file, options) => finish((await import("./plan.ts")).plan(file, options)));

  program
    .command("runs")
    .description("the runs that were made")
    .option("--runs-dir <dir>", "where run folders are", ".runbook/runs")
    .option("--json", "as JSON")
    .action(async (options) => finish((await import("./runs.ts")).runs(options)));

  program
    .command("show <run>")
    .description("the record of a run: an id, a unique prefix, latest, or a run folder")
    .option("--runs-dir <dir>", "where run folders are", ".runbook/runs")
    .action(async (run, options) => finish((await import("./show.ts")).show(run, options)));

  program
    .command("close <run>")
    .description("add to the record of a run that is over what only people know: scenario, findings, sign-off, whys")
    .requiredOption("--answers <file>", "YAML: the part closing of a file of answers")
    .option("--operator <name>", "who says so (default: $RUNBOOK_OPERATOR, else the user)")
    .option("--runs-dir <dir>", "where run folders are", ".runbook/runs")
    .action(async (run, options) => finish((await import("./close.ts")).close(run, options)));

  program
    .command("export <run>")
    .description("a run as a file for other people: a page that stands alone, a document, a notebook, a report for CI, its record")
    .requiredOption("--to <format>", "html, md, ipynb, junit or json")
    .option("--out <file>", "where to write it (default: stdout)")
    .option("--runs-dir <dir>", "where run folders are", ".runbook/runs")
    .action(async (run, options) => finish((await import("./export.ts")).exportRun(run, options)));

  program
    .command("metrics [path...]")
    .description(
      "what the runs of each runbook say together; PATH: runbooks, or folders of them, whose drills may be due though none was ever made"
    )
    .option("--due", "say only which promised drills are due; 1 when one is overdue")
    .option("--openmetrics", "in the OpenMetrics text format")
    .option("--json", "as JSON")
    .option("--runs-dir <dir>", "where run folders are", ".runbook/runs")
    .action(async (paths, options) => finish((await import("./metrics.ts")).metrics(paths, options)));

  program
    .command("diff <run> <other>")
    .description("what differed between two runs, apart from times and ids; 1 when something did")
    .option("--json", "as JSON")
    .option("--runs-dir <dir>", "where run folders are", ".runbook/runs")
    .action(async (run, other, options) => finish((await import("./diff.ts")).diff(run, other, options)));

  program
    .command("archive [run]")
    .description("the evidence bag of a run: everything it left, record and views, with manifests; signed if asked to")
    .option("--out <dir>", "the folder to make it in", ".")
    .option("--zip", "one file instead of a folder, with the same bytes in it")
    .option("--sign <key>", "sign with this ssh key, or the one of an agent whose public half this is")
    .option("--role <role>", "as what it is signed", "operator")
    .option("--timestamp <url>", "have it stamped by a time stamp authority (RFC 3161)")
    .option("--countersign <bag>", "add a signature or a time stamp to an archive that is there")
    .option("--accept-findings <why>", "archive although something in it looks like a secret; the archive says so")
    .option("--runs-dir <dir>", "where run folders are", ".runbook/runs")
    .action(async (run, options) => finish((await import("./archive.ts")).archive(run, options)));

  program
    .command("verify <bag>")
    .description("whether an archive is whole and true to its journal, and who signed it; 1 when something is wrong")
    .option("--allowed-signers <file>", "whose keys are whose, as ssh-keygen knows it; never from the archive")
    .option("--require <role>", "this role must have signed (repeatable)", collect)
    .option("--tsa <file>", "certificates of the time stamp authority")
    .option("--json", "as JSON")
    .action(async (bag, options) => finish((await import("./verify.ts")).verify(bag, options)));

  return program;
}

const EXIT_CODES = `
Exit codes:
  0    every step passed, every objective was met
  1    a step or an expectation failed
  2    the call or the document is wrong; nothing ran
  3    stopped at a question that nobody answered
  4    all steps passed, an objective was missed
  130  cancelled`;

function toPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError(`expected a port from 0 to 65535, found "${text}".`);
  return port;
}

async function finish(code: Promise<number>): Promise<void> {
  process.exitCode = await code;
}

// Whoever reads us through a pipe may stop reading, as head does; that ends what is printed and not the run.
process.stdout.on("error", ignoreClosedPipe);
process.stderr.on("error", ignoreClosedPipe);
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

createProgram()
  .parseAsync()
  .catch((error: unknown) => {
    if (error instanceof CommanderError)
      process.exitCode = error.exitCode === 0 ? 0 : 2; // it has said what is wrong
    else if (error instanceof UsageError) {
      process.stderr.write(`runbook: ${error.message}\n`);
      process.exitCode = 2;
    } else if (error instanceof Error && (["JournalWriteError", "RegisterError"].includes(error.name) || "syscall" in error)) {
      const record = error.name === "JournalWriteError" ? "; the run stopped there, and can be resumed once it can be written again" : "";
      process.stderr.write(`runbook: ${error.message}${record}\n`); // the system's own words: no fault of this program
      process.exitCode = 1;
    } else {
      process.stderr.write(`runbook: ${error instanceof Error && error.stack ? error.stack : String(error)}\n`);
      process.exitCode = 1;
    }
  });

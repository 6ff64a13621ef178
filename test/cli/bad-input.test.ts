import {existsSync} from "node:fs";
import {join} from "node:path";
import {execa} from "execa";
import {afterEach, describe, expect, it} from "vitest";

import {main} from "../runbooks/runbook.ts";
import {fence, usePlace} from "./command.ts";

const place = usePlace();
const touch = fence("bash {#touch}", "touch executed");

/** Everything here is refused before a run folder is made or a cell is started. */
afterEach(() => {
  expect(place.runs()).toEqual([]);
  expect(existsSync(join(place.folder, "executed"))).toBe(false);
});

describe("a document that is wrong", () => {
  const documents: Readonly<Record<string, {readonly text: string | Uint8Array; readonly says: RegExp}>> = {
    "an unknown option, with the nearest one": {
      text: `# T\n\n${touch}\n${fence("bash {#b timout=3s}", "true")}`,
      says: /^bad\.md:7:13 +error +unknown option "timout"; did you mean "timeout"\? +\S+$/m
    },
    "a duplicate id": {text: `# T\n\n${touch}\n${fence("bash {#touch}", "true")}`, says: /^bad\.md:7:\d+ +error +.*"touch"/m},
    "an unclosed directive": {text: `# T\n\n${touch}\n:::gate[Go on?]{#go}\nReally?\n`, says: /^bad\.md:7:1 +error +/m},
    "an unclosed fence": {text: `# T\n\n${touch}\n\`\`\`bash {#b}\ntrue\n`, says: /^bad\.md:7:1 +error +/m},
    "a dead decision link": {
      text: `# T\n\n${touch}\n:::decision[Which?]{#which}\n- [That](#nowhere)\n- [This](#t)\n:::\n`,
      says: /^bad\.md:8:\d+ +error +.*nowhere/m
    },
    "a CEL expression that does not parse": {text: `# T\n\n${touch}::expect{that='exit =='}\n`, says: /^bad\.md:6:\d+ +error +/m},
    "text that is not UTF-8": {
      text: Buffer.concat([Buffer.from(`# T\n\n${touch}\n`), Buffer.from([0xff, 0xfe, 0x0a])]),
      says: /^bad\.md:7:1 +error +.*UTF-8/m
    },
    "an empty file": {text: "", says: /^bad\.md:1:1 +error +.*empty/m},
    "a file of 20 MB": {
      text: `# T\n\n${touch}\n${"A line of prose that makes the file large.\n".repeat(480_000)}`,
      says: /^bad\.md:1:1 +error +.*4 MiB/m
    },
    "what cannot be executed yet": {
      text: `# T\n\n${touch}\n${fence("sql {#b tty}", "select 1")}`,
      says: /^bad\.md:7:1 +error +tty of "b" .* not-supported$/m
    },
    "a connection whose variable nothing gives": {
      text: `---\nconnections:\n  default: "\${NO_SUCH_URL}"\n---\n\n# T\n\n${touch}\n${fence("sql {#q}", "select 1")}`,
      says: /^bad\.md:3:\d+ +error +connection "default" needs \$\{NO_SUCH_URL\}/m
    },
    "a rollback of what was perhaps never done, as the guard finds": {
      text: `# T\n\n${touch}\n## Undo\n\n::procedure{run=on-failure}\n\n${fence("bash {#undo}", "rm -rf /nonexistent/copy")}`,
      says: /^bad\.md:11:1 +error +"undo" destroys something after a failure \(line 1: rm -rf .*\), so it needs a "when"/m
    },
    "a program that is required and missing": {
      text: `---\nrequires: [ "no-such-program-here >= 3" ]\n---\n\n# T\n\n${touch}`,
      says: /^bad\.md:2:\d+ +error +"no-such-program-here" is required/m
    }
  };
  for (const [what, {text, says}] of Object.entries(documents)) {
    it(`is refused by exec with 2 and its place: ${what}`, async () => {
      const {exit, stdout, stderr} = await place.runbook("exec", place.file("bad.md", text));
      expect(stderr).toMatch(says);
      expect(stderr).toContain("nothing was run");
      expect({exit, stdout}).toEqual({exit: 2, stdout: ""});
    });
  }
});

describe("a call that is wrong", () => {
  const good = `# T\n\n::input[Who?]{#WHO}\n\n::input[Key]{#KEY type=secret}\n\n${fence("bash {#greet}", 'echo "$WHO"')}\n:::gate[Go on?]{#go}\nReally?\n:::\n\n:::decision[Which?]{#which}\n- [This](#here)\n:::\n\n## Here\n\n${touch}\n${fence("bash {#rm}", "rm -r ./never-there")}`;
  const calls: Readonly<Record<string, {readonly args: readonly string[]; readonly says: string | RegExp}>> = {
    "a file that is not there": {args: ["exec", "none.md"], says: "runbook: there is no file none.md"},
    "a directory": {args: ["exec", "."], says: "runbook: . is a directory; name a runbook in it"},
    "a section that is not there": {args: ["exec", "good.md#her"], says: 'runbook: good.md has no section "her"; did you mean "here"?'},
    "an option that is not there": {
      args: ["exec", "good.md", "--comfirm", "go"],
      says: /unknown option '--comfirm'\n\(Did you mean --confirm\?\)/
    },
    "a report in a format that is none": {
      args: ["exec", "good.md", "--report", "juni=a.xml"],
      says: 'runbook: "juni" is no format; did you mean "junit"?; there are html, md, ipynb, junit, json'
    },
    "a report where nothing can be written": {
      args: ["exec", "good.md", "--report", "md=nowhere/a.md"],
      says: "runbook: --report md=nowhere/a.md: nowhere/a.md cannot be written: ENOENT"
    },
    "a folder of runs where none can be": {
      args: ["exec", "good.md", "--runs-dir", "/proc/runbook/runs"],
      says: /^runbook: the run's folder cannot be made: [A-Z]+: .*'\/proc\/runbook'/
    },
    "a file of confirmations that is not there": {
      args: ["exec", "good.md", "--confirm-file", "none.yaml"],
      says: "runbook: --confirm-file none.yaml: there is no such file"
    },
    "values for a plan that needs none": {
      args: ["plan", "good.md", "--set", "WHO=x"],
      says: "runbook: --set is only for plan --confirmations"
    },
    "no command that ever was": {args: ["exce", "good.md"], says: /unknown command 'exce'\n\(Did you mean exec\?\)/},
    "no file at all": {args: ["exec"], says: "missing required argument 'file'"},
    "an input that the document does not have": {
      args: ["exec", "good.md", "--set", "WOH=x"],
      says: 'runbook: --set WOH: good.md has no input and no ${WOH}; did you mean "WHO"?'
    },
    "--set without a value": {args: ["exec", "good.md", "--set", "WHO"], says: 'runbook: --set expects NAME=VALUE, found "WHO"'},
    "a secret on the command line": {
      args: ["exec", "good.md", "--set", "KEY=hunter22"],
      says: "runbook: --set KEY: a secret on the command line could be read by every user"
    },
    "a password on the command line, in a connection": {
      args: ["exec", "url.md", "--set", "SHOP_URL=postgresql://ops:hunter%2122@h/d"],
      says: /^runbook: --set SHOP_URL: the password in it could be read on the command line by every user of this machine; give it by --env-file(?!.*hunter)/
    },
    "a step that is not there": {
      args: ["exec", "good.md", "--confirm", "og"],
      says: 'runbook: --confirm og: good.md has no such step; did you mean "go"?'
    },
    "a file of answers that is not there": {
      args: ["exec", "good.md", "--answers", "none.yaml"],
      says: "runbook: --answers none.yaml: there is no such file"
    },
    "an answer for what is not there": {
      args: ["exec", "good.md", "--answers", "odd.yaml"],
      says: 'runbook: odd.yaml: "og" is neither a step nor an input of good.md; did you mean "go"?'
    },
    "a choice that is none": {
      args: ["exec", "good.md", "--answers", "choice.yaml"],
      says: 'runbook: --answers which: "That" is no choice of "Which?"; its choices: "This"'
    },
    "an answer that is none": {
      args: ["exec", "good.md", "--confirm", "go=perhaps"],
      says: 'runbook: --confirm go: expected confirmed or refused, found "perhaps"'
    },
    "confirming everything outside a drill": {
      args: ["exec", "good.md", "--confirm-destructive"],
      says: /^runbook: --confirm-destructive without --drill needs .*: "rm" \(good\.md:\d+\) acts on local, which has none; pin it/
    },
    "a time limit that is none": {
      args: ["exec", "good.md", "--timeout", "soon"],
      says: 'runbook: --timeout expects a duration like 90s or 1h30m, found "soon"'
    },
    "a run that is not there": {args: ["show", "latest"], says: /runbook: there is no run in /},
    "a port that is none": {args: ["open", "good.md", "--port", "70000"], says: 'expected a port from 0 to 65535, found "70000"'},
    "a folder without runbooks": {args: ["check", "empty"], says: "runbook: empty: expected Markdown files in this folder, found none"}
  };
  for (const [what, {args, says}] of Object.entries(calls)) {
    it(`ends with 2 and says so: ${what}`, async () => {
      place.file("url.md", `---\nconnections: {default: "\${SHOP_URL}"}\n---\n\n# U\n\n${fence("sql {#q}", "select 1")}`);
      place.file("good.md", good);
      place.file("odd.yaml", "og: confirmed\n");
      place.file("choice.yaml", "which: That\n");
      place.file("empty/notes.txt", "");
      const {exit, stdout, stderr} = await place.runbook(...args);
      if (typeof says === "string") expect(stderr).toContain(says);
      else expect(stderr).toMatch(says);
      expect({exit, stdout}).toEqual({exit: 2, stdout: ""});
    });
  }
});

it("reads --env-file itself, though Node has an option of that name, too", async () => {
  const {exitCode, stderr} = await execa(main, ["exec", "none.md", "--env-file", "none.env"], {cwd: place.folder, reject: false});
  expect([exitCode, stderr]).toEqual([2, "runbook: there is no file none.md"]);
});

import {mkdirSync, readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {expect, it} from "vitest";
import {escapeMarkdown, fence as fenced, toMarkdown} from "../../src/evidence/markdown.ts";
import {piecesOf} from "../../src/evidence/pieces.ts";
import {plainText} from "../../src/evidence/plain.ts";
import {openRunbook} from "../../src/parser/index.ts";
import {kinds} from "../../src/runtime/kinds/index.ts";
import {fence, usePlace} from "../cli/command.ts";
import {materialOf} from "./kept.ts";

const place = usePlace();
const read = (name: string): string => readFileSync(join(place.folder, name), "utf8");

it("writes the reports of a run that failed, and ends with what the run ended with", async () => {
  place.file("f.md", `# F\n\n${fence("bash {#one}", "echo out; echo err >&2; exit 3")}${fence("bash {#two}", "echo never")}`);
  const said = await place.runbook(
    "exec",
    "f.md",
    "--drill",
    "--report",
    "junit=f.xml",
    "--report",
    "md=f-run.md",
    "--report",
    "json=f.json"
  );
  expect(said.exit).toBe(1);
  expect(read("f.xml")).toContain('<failure type="failed" message="exit status 3">exit status 3\nf.md:3</failure>');
  expect(read("f.xml")).toContain("<system-err>err\n</system-err>");
  expect(read("f.xml")).toContain('<skipped message="the run did not come to it"/>');
  expect(read("f-run.md")).toContain("> **DRILL failed: ");
  expect(JSON.parse(read("f.json"))).toMatchObject({
    result: "failed",
    outcome: "failed",
    steps: [{standing: "failed"}, {standing: "pending", attempts: []}]
  });
});

it("says that a report cannot be written any more, and fails for that", async () => {
  mkdirSync(join(place.folder, "gone"));
  place.file("g.md", `# G\n\n${fence("bash {#one}", "rmdir gone")}`);
  const said = await place.runbook("exec", "g.md", "--report", "md=gone/g.md");
  expect(said.exit).toBe(1);
  expect(said.stderr).toContain("gone/g.md cannot be written: ENOENT");
});

it("puts a file in place whole, leaves nothing beside it, and keeps a device a device", async () => {
  place.file("h.md", `# H\n\n${fence("bash {#one}", "true")}`);
  await place.runbook("exec", "h.md");
  place.file("h.json", "before");
  expect(await place.runbook("export", "latest", "--to", "json", "--out", "h.json")).toEqual({exit: 0, stdout: "", stderr: ""});
  expect(JSON.parse(read("h.json"))).toMatchObject({format: "runbook-drill/1"});
  expect(readdirSync(place.folder).filter((name) => name.includes(".part"))).toEqual([]);
  expect(await place.runbook("export", "latest", "--to", "json", "--out", "/dev/null")).toEqual({exit: 0, stdout: "", stderr: ""});
  expect(await place.runbook("export", "latest", "--to", "json", "--out", "nowhere/h.json")).toMatchObject({exit: 2});
  expect((await place.runbook("export", "latest", "--to", "pdf")).stderr).toContain('"pdf" is no format');
});

it("exports no run that is still going on", async () => {
  place.file("l.md", `# L\n\n${fence("bash {#one}", "echo going; sleep 30")}`);
  const going = place.start(["exec", "l.md"]);
  await new Promise<void>((seen) => going.stdout.on("data", (bytes) => String(bytes).includes("│ going") && seen()));
  expect((await place.runbook("export", place.runs().at(-1)!, "--to", "md")).stderr).toContain("is still going on");
  going.kill("SIGINT");
  await going;
  const cancelled = await place.runbook("export", "latest", "--to", "json");
  expect(JSON.parse(cancelled.stdout)).toMatchObject({
    result: "aborted",
    outcome: "cancelled",
    cancelled: {by: "Ada (Ctrl-C)"}
  });
  expect((await place.runbook("export", "latest", "--to", "junit")).stdout).toContain('<error type="cancelled"');
});

it("shows what was included at its place, with what came of it there", () => {
  const text =
    '# A\r\n\r\nbefore\r\n\r\n::include{#inc src="part/b.md#two"}\r\n\r\n- a list\r\n\r\n  ```bash {#listed}\r\n  echo a\r\n  ```\r\n\r\n> ```bash {#quoted}\r\n> echo q\r\n> ```\r\n\r\nafter\r\n';
  const included =
    "---\ntitle: B\n---\n# One\n\nnot this\n\n# Two\n\nthis\n\n```bash {#x}\necho x\n```\n::expect{that='exit == 0'}\n\nand this\n\n# Three\n\nnot that\n";
  const bytes = Buffer.from(text);
  const opened = openRunbook(bytes, {path: "docs/a.md", kinds, readFile: (file) => (file === "part/b.md" ? Buffer.from(included) : null)});
  expect(opened.runbook.problems).toEqual([]);
  const pieces = piecesOf({runbook: opened.runbook, bytes, included: opened.included});
  expect(pieces.flatMap((piece) => (piece.type === "step" ? [`${piece.step.id}|${piece.indent}|`] : []))).toEqual([
    "inc.x||",
    "listed|  |",
    "quoted|> |"
  ]);
  const md = toMarkdown({...materialOf("interrupted"), runbook: opened.runbook, bytes, included: opened.included});
  expect(md).toContain("this\n\n```bash {#x}\necho x\n```\n::expect{that='exit == 0'}\n\n> **inc.x** pending\n\nand this");
  expect(md).not.toMatch(/not th|title: B/);
  expect(md).toContain("  ```\n\n  > **listed** pending\n");
  expect(md).toContain("> ```\n>\n> > **quoted** pending\n");
});

it("lets nothing that was printed be markup, and shows what nobody could see", () => {
  expect(fenced("a\n````\n```\n")).toEqual(["`````text", "a", "````", "```", "`````"]);
  expect(escapeMarkdown("# [x](y) <b> *a* 1. | ~~~ ::x")).toBe("\\# \\[x\\](y) \\<b\\> \\*a\\* 1. \\| \\~\\~\\~ \\::x");
  expect(escapeMarkdown("1. a\n\n- b")).toBe("1\\. a - b");
  expect(plainText("\x1b[31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07 50%\r100%\r\n\x00\u202e\ud800\x9b")).toBe(
    "red link 50%\n100%\n\\u0000\\u202e\\ud800\\u009b"
  );
});

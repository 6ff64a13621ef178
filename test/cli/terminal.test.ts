import {readdirSync, readFileSync, statSync} from "node:fs";
import {join} from "node:path";
import {spawn} from "@lydell/node-pty";
import {execa} from "execa";
import {describe, expect, it} from "vitest";
import {main} from "../runbooks/runbook.ts";
import {fence, usePlace} from "./command.ts";

const place = usePlace();

/** A person before a real terminal in which `runbook` was started. */
interface Sitting {
  readonly shown: string;
  sees(pattern: RegExp): Promise<void>;
  type(text: string): void;
  resize(columns: number, rows: number): void;
  readonly ended: Promise<number>;
}

/** Starts it from a shell that says, before and after, how its terminal is set. */
function sit(args: readonly string[], env: Readonly<Record<string, string>> = {}): Sitting {
  const line = 'before=$(stty -g); "$@"; status=$?; [[ $(stty -g) == "$before" ]] && echo "as it was"; exit $status';
  const pty = spawn("bash", ["-c", line, "bash", process.execPath, main, ...args], {
    cwd: place.folder,
    cols: 90,
    rows: 25,
    env: {
      PATH: process.env["PATH"],
      HOME: place.folder,
      LANG: "C.UTF-8",
      TERM: "xterm-256color",
      NO_COLOR: "1",
      RUNBOOK_OPERATOR: "Ada",
      ...env
    }
  });
  let shown = "";
  pty.onData((text) => {
    shown += text;
  });
  return {
    get shown() {
      return shown;
    },
    async sees(pattern) {
      for (const end = Date.now() + 20_000; !pattern.test(shown); await new Promise((wake) => setTimeout(wake, 10)))
        if (Date.now() > end) throw new Error(`waited in vain for ${pattern}: ${JSON.stringify(shown)}`);
    },
    type: (text) => pty.write(text),
    resize: (columns, rows) => pty.resize(columns, rows),
    ended: new Promise((resolve) => pty.onExit(({exitCode}) => resolve(exitCode)))
  };
}

/** All that the last run has on disk. */
function record(): string {
  const folder = join(place.folder, ".runbook/runs", place.runs().at(-1)!);
  return readdirSync(folder, {recursive: true})
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, "latin1"))
    .join("\n");
}

describe("exec at a terminal", () => {
  it("lends it to a cell with tty, and never records what is typed unseen", async () => {
    const text = [
      "# Talk\n",
      fence(
        "bash {#talk tty}",
        "stty size",
        "read -rp 'who? ' who",
        'echo "hello $who"',
        'read -rsp "password: " pw < /dev/tty',
        'echo; echo "${#pw} letters"; unset pw',
        "until [[ $(stty size) == '31 101' ]]; do sleep 0.05; done",
        "stty size"
      ),
      fence("bash {#after}", 'echo "it was $who"')
    ].join("\n");
    const ada = sit(["exec", place.file("talk.md", text)]);
    await ada.sees(/who\? /);
    ada.type("grace\r");
    await ada.sees(/hello grace.*password: /s);
    ada.type("correct-horse-battery\r");
    await ada.sees(/21 letters/);
    ada.resize(101, 31);
    expect(await ada.ended).toBe(0);
    expect(ada.shown).toMatch(
      /Ctrl-\] cancels the run\).*25 90\r\n.*31 101\r\n.*Ada typed into it.*✓ talk passed.*it was grace.*as it was/s
    );
    expect(ada.shown).not.toContain("correct-horse");
    const kept = record();
    expect(kept).toContain("hello grace");
    expect(kept).toContain('"type":"terminal-typed","step":"talk","attempt":1,"by":"Ada","via":"terminal"');
    expect(kept).toContain('"type":"terminal-sized","step":"talk","attempt":1,"columns":101,"rows":31');
    expect(kept).not.toContain("correct-horse");
  });

  it("gives Ctrl-C to the cell, and takes the terminal back from a program that had all of it", async () => {
    const ada = sit(
      [
        "exec",
        place.file(
          "less.md",
          `# Read\n\n${fence("bash {#read tty}", "seq 900 | less")}\n${fence("bash {#stop tty}", "bash -c 'echo waiting; exec sleep 1000'")}`
        )
      ],
      {LESS: ""}
    );
    await ada.sees(/\x1b\[\?1049h.*\b7\b/s);
    ada.type("G");
    await ada.sees(/900/);
    ada.type("q");
    await ada.sees(/✓ read passed.*waiting/s);
    ada.type("\x03");
    expect(await ada.ended).toBe(1);
    expect(ada.shown).toMatch(/✗ stop failed .*: bash was ended by SIGINT.*as it was/s);
  });

  it("cancels the run by Ctrl-], and leaves the terminal as it was", async () => {
    const ada = sit([
      "exec",
      place.file(
        "stuck.md",
        `# Read\n\n${fence("bash {#read tty}", "printf '\\e[?1049h\\e[?25l\\e[?2004hwaiting'; trap '' INT; while true; do sleep 1; done")}`
      )
    ]);
    await ada.sees(/waiting/);
    ada.type("\x03\x1d");
    expect(await ada.ended).toBe(130);
    expect(ada.shown).toMatch(/waiting.*\x1b\[\?1049l\x1b\[\?2004l\x1b\[\?25h\x1b\[0m\r\n.*cancelled by Ada \(Ctrl-C\).*as it was/s);
  });

  it("shows everything, also what is too long for the journal", async () => {
    const ada = sit(["exec", place.file("long.md", `# Long\n\n${fence("bash {#long tty}", "seq 100000 140000")}`)]);
    expect(await ada.ended).toBe(0);
    const lines = ada.shown.split("\r\n");
    expect(lines.filter((line) => /^1\d{5}$/.test(line)).length).toBe(40_001);
  });
});

describe("exec without a terminal", () => {
  it("gives a cell with tty nothing to read, and answers prompts with secrets", async () => {
    const text = [
      "---\nsecrets: [DOOR_KEY]\n---\n# Open\n",
      fence("bash {#open tty}", 'read -rsp "Door key: " key < /dev/tty', '[[ $key == "$DOOR_KEY" ]] && echo "it opens with $key"'),
      '::answer{prompt="key: $" secret=DOOR_KEY}\n',
      fence("bash {#read tty}", "cat; [[ -t 1 ]] && echo a terminal")
    ].join("\n");
    const {exitCode, stdout} = await place.start(["exec", place.file("open.md", text)], {DOOR_KEY: "open-sesame-7"});
    expect(stdout).toMatch(/a prompt was answered with DOOR_KEY.*Door key: it opens with \[redacted:DOOR_KEY\].*a terminal/s);
    expect(exitCode).toBe(0);
    const kept = record();
    expect(kept).toContain('"type":"prompt-answered","step":"open","attempt":1,"secret":"DOOR_KEY"');
    expect(kept).not.toContain("open-sesame-7");
  });

  it("ends what waits for a person at its timeout", async () => {
    const text = `# Read\n\n${fence("bash {#read tty timeout=1s}", "seq 900 | less")}`;
    const {exit, stdout} = await place.runbook("exec", place.file("waits.md", text));
    expect(stdout).toMatch(/✗ read timed-out .*: not done after 1s/);
    expect(exit).toBe(1);
  });

  it("ends what the cell runs when the runner is killed", async () => {
    const text = `# Stay\n\n${fence("bash {#stay tty}", "trap '' HUP; setsid sleep 300.7411 & echo begun; sleep 300.7412; sleep 300.7413")}`;
    const running = place.start(["exec", place.file("stay.md", text)]);
    await new Promise<void>((resolve) => running.stdout.on("data", (bytes) => String(bytes).includes("│ begun") && resolve()));
    running.kill("SIGKILL");
    await running;
    const left = async () => (await execa("pgrep", ["-fa", "sleep 300[.]741"], {reject: false})).stdout;
    for (const end = Date.now() + 15_000; (await left()) !== "" && Date.now() < end; ) await new Promise((wake) => setTimeout(wake, 50));
    expect(await left()).toBe("");
  });

  it("says which package is missing, before anything of the cell runs", async () => {
    const hook = `const Module = require("node:module");
      const resolve = Module._resolveFilename;
      Module._resolveFilename = (name, ...more) => {
        if (name === "@lydell/node-pty") throw Object.assign(new Error("Cannot find module " + name), {code: "MODULE_NOT_FOUND"});
        return resolve(name, ...more);
      };`;
    const text = `# Open\n\n${fence("bash {#open tty}", "touch begun")}`;
    const {exitCode, stdout} = await place.start(["exec", place.file("missing.md", text)], {
      NODE_OPTIONS: `--require ${join(place.folder, place.file("without-pty.cjs", hook))}`
    });
    expect(stdout).toContain(
      "a cell with tty needs the optional package @lydell/node-pty, which cannot be loaded here; install runbook without --omit=optional"
    );
    expect(exitCode).toBe(1);
    expect(readdirSync(place.folder)).not.toContain("begun");
  });
});

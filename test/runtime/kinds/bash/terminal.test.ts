import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import type {RawOutput, TerminalLine, TerminalSize} from "../../../../src/model/kind.ts";
import {openShell, processesOf, type Shell} from "./shell.ts";

/** A person at a terminal, who sees what is shown and can type. */
class Person implements TerminalLine {
  readonly size: TerminalSize = {columns: 70, rows: 20};
  readonly attended: boolean;
  readonly told: string[] = [];
  shown = "";
  #program: Parameters<TerminalLine["connect"]>[0] | null = null;

  constructor(attended = true) {
    this.attended = attended;
  }
  connect(program: Parameters<TerminalLine["connect"]>[0]): void {
    this.#program = program;
  }
  answered(secret: string): void {
    this.told.push(secret);
  }
  readonly see = (output: RawOutput): void => {
    if (output.type === "bytes") this.shown += `${output.stream === "stderr" ? "(stderr)" : ""}${Buffer.from(output.bytes).toString()}`;
  };
  async sees(pattern: RegExp): Promise<void> {
    for (let end = Date.now() + 10_000; !pattern.test(this.shown); await new Promise((wake) => setTimeout(wake, 5)))
      if (Date.now() > end) throw new Error(`waited in vain for ${pattern}: ${this.shown}`);
  }
  type(text: string): boolean {
    return this.#program!.type(text);
  }
  resize(size: TerminalSize): void {
    this.#program!.resize(size);
  }
}

const options = {tty: true};
const answer = (prompt: string, secret: string) => ({prompt, secret, span: {line: 1, column: 1, endLine: 1, endColumn: 1}});

describe("a cell with tty", () => {
  let shell: Shell;
  beforeAll(async () => {
    shell = await openShell({
      secrets: ["DOOR_KEY", "PEM"],
      environment: {PATH: process.env["PATH"] ?? "", HOME: "/tmp", LANG: "C.UTF-8", DOOR_KEY: "open-sesame-7", PEM: "line one\nline two"}
    });
  });
  afterAll(() => shell.close());

  test("runs in a terminal of the size that its person has, and shares the state of its session", async () => {
    await shell.cell("place=vault; cd /usr");
    const ada = new Person();
    const ended = await shell.cell('[[ -t 0 && -t 1 && -t 2 ]] && stty size; echo "$place $PWD $TERM"; echo wrong >&2; tried=yes', {
      options,
      terminal: ada,
      emit: ada.see
    });
    expect(ended).toMatchObject({exit: 0, signal: null, error: null, state: "taken", leftovers: []});
    expect(ada.shown).toBe("20 70\r\nvault /usr xterm-256color\r\nwrong\r\n");
    expect((await shell.cell('echo "$tried"')).stdout).toBe("yes\n");
  });

  test("is typed into, and told when the terminal gets another size", async () => {
    const ada = new Person();
    const ended = shell.cell("trap 'stty size' WINCH; read -rp 'who? ' who; echo \"hello $who\"; read -r _", {
      options,
      terminal: ada,
      emit: ada.see
    });
    await ada.sees(/who\? /);
    ada.type("ada\r");
    await ada.sees(/hello ada/);
    ada.resize({columns: 100, rows: 30});
    ada.type("\r");
    await ended;
    expect(ada.shown).toMatch(/who\? ada\r\nhello ada\r\n/);
    expect(ada.shown).toContain("30 100");
  });

  test("ends by Ctrl-C as in any terminal", async () => {
    const ada = new Person();
    const ended = shell.cell("bash -c 'echo begun; exec sleep 1000'", {options, terminal: ada, emit: ada.see});
    await ada.sees(/begun/);
    ada.type("\x03");
    expect(await ended).toMatchObject({signal: "SIGINT", state: "not taken", error: {message: "bash was ended by SIGINT"}});
  });

  test("says where it failed", async () => {
    const ended = await shell.cell("true\nnosuchcommand", {options, terminal: new Person()});
    expect(ended).toMatchObject({exit: 127, error: {message: "exit status 127: nosuchcommand: command not found", place: {line: 2}}});
  });

  test("has an empty input where nobody can type, and ends at its timeout where that does not help", async () => {
    const nobody = new Person(false);
    expect(await shell.cell("cat; read -r line || echo nothing to read", {options, terminal: nobody})).toMatchObject({
      exit: 0,
      stdout: "nothing to read\r\n"
    });
    const limit = AbortSignal.timeout(1000);
    const ended = await shell.cell("seq 500 | less -R", {options, terminal: nobody, signal: limit});
    expect(ended).toMatchObject({endedFirst: false, state: "not taken"});
    expect(ended.stdout).toContain("17");
    expect(await processesOf(shell.run)).toEqual([]);
  });

  test("leaves no process, whatever it started", async () => {
    const ended = await shell.cell("setsid sleep 1000 & nohup sleep 1001 > /dev/null 2>&1 & bash -i -c 'sleep 1002' & sleep 0.3", {
      options,
      terminal: new Person()
    });
    expect(ended.exit).toBe(0);
    expect(ended.leftovers.join()).toContain("sleep 1000");
    expect(await processesOf(shell.run)).toEqual([]);
  });

  test("shows all that was printed, also to somebody slow", async () => {
    let bytes = 0;
    let waited = false;
    const ended = await shell.cell("seq 200000", {
      options,
      terminal: new Person(),
      emit: async (output) => {
        if (output.type === "bytes") bytes += output.bytes.length;
        if (waited || bytes < 1_400_000) return;
        waited = true;
        await new Promise((wake) => setTimeout(wake, 600));
      }
    });
    expect(ended.exit).toBe(0);
    expect(bytes).toBe(1_288_895 + 200_000);
  });

  test("does not stop the run when more is typed than it reads", async () => {
    const ada = new Person();
    const ended = shell.cell(
      `stty raw -echo; echo ready; until test -e "${shell.directory}/read"; do sleep 0.05; done; head -c 50000 | wc -c`,
      {options, terminal: ada, emit: ada.see}
    );
    await ada.sees(/ready/);
    expect(ada.type("x".repeat(50_000))).toBe(true);
    expect(ada.type("y".repeat(50_000))).toBe(false);
    await writeFile(join(shell.directory, "read"), ""); // nothing is read before: whoever waited for that would wait for ever
    await ended;
    expect(ada.shown).toContain("50000");
  });

  describe("that asks for a secret", () => {
    const ask = 'read -rsp "Door key: " key < /dev/tty; echo; [[ $key == "$DOOR_KEY" ]] && echo "it opens"; unset key';

    const answered = (person: Person) => ({
      options,
      terminal: person,
      emit: person.see,
      answers: [answer("[Kk]ey: $", "DOOR_KEY")]
    });

    test("is answered with it, once, while the terminal hides what is typed", async () => {
      const nobody = new Person(false);
      const ended = await shell.cell(ask, {options, terminal: nobody, answers: [answer("[Kk]ey: $", "DOOR_KEY")]});
      expect(ended).toMatchObject({exit: 0, stdout: "Door key: \r\nit opens\r\n", detail: null, state: "taken"});
      expect(nobody.told).toEqual(["DOOR_KEY"]);
    });

    test("is not answered twice, nor while the terminal shows what is typed", async () => {
      const nobody = new Person(false);
      const stop = new AbortController();
      const twice = shell.cell(`${ask}; ${ask}`, {...answered(nobody), signal: stop.signal});
      await nobody.sees(/opens[^:]*key: /);
      const open = new Person(false);
      const shown = shell.cell('read -rp "Door key: " key < /dev/tty', {...answered(open), signal: stop.signal});
      await open.sees(/key: /);
      await new Promise((wake) => setTimeout(wake, 400));
      stop.abort();
      await twice;
      expect(nobody.told).toEqual(["DOOR_KEY"]);
      expect(nobody.shown).toBe("Door key: \r\nit opens\r\nDoor key: ");
      expect((await shown).detail).toContain(
        'the prompt "Door key:" was not answered with DOOR_KEY: the terminal went on showing what is typed'
      );
      expect(open.told).toEqual([]);
    });

    test.each([
      ["OTHER_KEY", "which was not supplied to this run"],
      ["PEM", "which holds a line break"]
    ])("does not start with the secret %s, %s", async (secret, why) => {
      const ended = await shell.cell("echo begun", {options, terminal: new Person(), answers: [answer("key", secret)]});
      expect(ended).toMatchObject({stdout: "", error: {message: expect.stringContaining(`the secret ${secret}, ${why}`)}});
    });
  });
});

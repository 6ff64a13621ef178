import {readdirSync, readFileSync, statSync} from "node:fs";
import {join} from "node:path";
import fc from "fast-check";
import {afterAll, beforeAll, describe, expect, test} from "vitest";

import {usePlace} from "../cli/command.ts";
import {openNotebook} from "../runtime/kinds/sql/notebook.ts";
import type {TestCluster} from "../support/postgres.ts";
import {startCluster} from "../support/postgres.ts";
import {setStage} from "../viewer/stage.ts";
import type {Secrets} from "./book.ts";
import {book} from "./book.ts";
import {formsOf} from "./forms.ts";
import {visit} from "./visit.ts";

const place = usePlace();
let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());

const pieces = [
  "'",
  '"',
  "$",
  "`",
  "\\",
  "ü",
  "пароль",
  "{",
  "}",
  "[",
  "&",
  "<",
  "+",
  "/",
  "=",
  "%",
  ":",
  "@",
  " ",
  "abc",
  "X9",
  "c2VjcmV0",
  "😀",
  "#",
  "~",
  "!",
  "*",
  ","
];
/** No two secrets are alike, and none is a word that a document or a program uses by itself. */
const secret = (mark: string): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...pieces), {minLength: 2, maxLength: 8}).map((parts) => `${mark}7${parts.join("")}z${mark}`);
const secrets: fc.Arbitrary<Secrets> = fc.record({
  declared: secret("Dq"),
  given: secret("Gq"),
  captured: secret("Cq"),
  password: secret("Pq")
});

/** Every form of every secret that occurs in a sink. */
function leaks(secrets: Secrets, sinks: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(secrets).flatMap(([name, value]) =>
    formsOf(value).flatMap((form) =>
      Object.entries(sinks).flatMap(([sink, text]) => {
        const at = text.indexOf(form);
        return at < 0 ? [] : [`${name} ${JSON.stringify(value)} in ${sink}: ${text.slice(Math.max(0, at - 60), at + form.length + 20)}`];
      })
    )
  );
}

const latin = (text: string): string => Buffer.from(text).toString("latin1");
function filesOf(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder, {recursive: true}).map(String);
  return Object.fromEntries(
    files.filter((name) => statSync(join(folder, name)).isFile()).map((name) => [name, readFileSync(join(folder, name), "latin1")])
  );
}

async function prepare(secrets: Secrets, name: string): Promise<Readonly<Record<string, string>>> {
  const notebook = await openNotebook(cluster.url);
  const quoted = `'${secrets.password.replaceAll("'", "''").replaceAll("\\", "\\\\")}'`;
  await notebook.run(
    `drop role if exists ${name};\ncreate role ${name} login password ${secrets.password.includes("\\") ? `E${quoted}` : quoted}`
  );
  await notebook.close();
  const captured = place.file(`${name}.captured`, secrets.captured);
  const url = `postgresql://${name}:${encodeURIComponent(secrets.password)}@${cluster.host}:${cluster.port}/${cluster.database}`;
  return {
    DECLARED: secrets.declared,
    GIVEN: secrets.given,
    CAPTURED_FILE: join(place.folder, captured),
    URL: url,
    DOWN: encodeURIComponent(secrets.password),
    NODE: process.execPath
  };
}

/** The arguments of every process that can be seen, looked at again and again until it is stopped. */
function watchArguments() {
  const seen = new Set<string>();
  const timer = setInterval(() => {
    for (const pid of readdirSync("/proc")) {
      if (!/^\d+$/.test(pid)) continue;
      try {
        seen.add(readFileSync(`/proc/${pid}/cmdline`, "latin1"));
      } catch {
        // it has ended
      }
    }
  }, 30);
  return {
    stop(): string {
      clearInterval(timer);
      return [...seen].join("\n");
    }
  };
}

let counter = 0;

describe("no form of a secret", () => {
  test("is in the terminal, the journal, the run folder, a view of the record or an argument, whatever prints it", async () => {
    await fc.assert(
      fc.asyncProperty(secrets, async (secrets) => {
        const name = `s${counter++}`;
        const {GIVEN, ...env} = await prepare(secrets, name);
        const runs = join(place.folder, `${name}-runs`);
        const file = place.file(`${name}.md`, book("Secrets"));
        place.file(`${name}.yaml`, `GIVEN: ${JSON.stringify(GIVEN)}\n`);
        const given = ["--answers", `${name}.yaml`];
        const sinks: Record<string, string> = {};
        const say = async (what: string, ...args: readonly string[]): Promise<number> => {
          const {exitCode, stdout, stderr} = await place.start(args, env);
          sinks[what] = latin(stdout + stderr);
          return exitCode ?? -1;
        };
        const arguments_ = watchArguments();
        expect(await say("the terminal", "exec", file, ...given, "--confirm", "destroy", "--runs-dir", runs)).toBe(1);
        sinks["arguments"] = arguments_.stop();
        expect(sinks["the terminal"]).toContain(" connect failed");
        expect(sinks["the terminal"]).toContain(" rows passed");
        expect(sinks["the terminal"]).toContain(" destroy passed");
        await say("--json", "exec", file, ...given, "--json", "--runs-dir", runs);
        await say("show", "show", "latest", "--runs-dir", runs);
        await say("plan", "plan", file, "--confirmations", ...given);
        await say("dry run", "exec", file, "--dry-run", ...given);
        for (const [path, text] of Object.entries(filesOf(runs))) sinks[`the run folder: ${path}`] = text;
        expect(Object.keys(sinks).some((path) => path.includes("/sessions/"))).toBe(true);
        expect(Object.keys(sinks).some((path) => path.includes("/outputs/"))).toBe(true);
        expect(leaks(secrets, sinks)).toEqual([]);
      }),
      {numRuns: 3, endOnFailure: true}
    );
  }, 120_000);

  test("goes to a page, whatever prints it", async () => {
    await fc.assert(
      fc.asyncProperty(secrets, async (secrets) => {
        const name = `s${counter++}`;
        const {GIVEN, ...env} = await prepare(secrets, name);
        const stage = await setStage({"a.md": book("Secrets")}, {given: env});
        try {
          const page = await visit(stage.serving.url);
          await page.send({type: "set-input", name: "GIVEN", value: GIVEN!});
          await page.send({type: "run", to: null, section: null});
          const frames = latin(await page.until(/"question-asked","step":"destroy"/));
          expect(frames).toContain('"cell-ended"');
          expect(leaks(secrets, {...filesOf(stage.runsDirectory), frames})).toEqual([]);
        } finally {
          await stage.end();
        }
      }),
      {numRuns: 2, endOnFailure: true}
    );
  }, 120_000);
});

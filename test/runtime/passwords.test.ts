import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, test} from "vitest";
import type {RunRequest} from "../../src/runtime/conductor.ts";
import {eventsOf, fence, performText} from "./document.ts";

const url = "postgresql://ops:s3cr%40t-w0rd@127.0.0.1:1/shop?connect_timeout=1";
const head = (connection: string) => `---\nconnections: {default: "${connection}"}\n---\n# B\n\n`;
const given = (name: string, value: string): Partial<RunRequest> => ({values: [{name, value, by: "ada", via: "--set"}]});

async function perform(text: string, request: Partial<RunRequest> = {}) {
  const {performance, events} = await performText(text, request);
  await performance.done;
  const files = await readdir(performance.folder, {recursive: true, withFileTypes: true});
  const texts = await Promise.all(files.flatMap((file) => (file.isFile() ? [readFile(join(file.parentPath, file.name), "utf8")] : [])));
  for (const form of ["s3cr%40t-w0rd", "s3cr@t-w0rd", Buffer.from("s3cr@t-w0rd").toString("base64").slice(0, -2)])
    expect([form, texts.some((text) => text.includes(form)), JSON.stringify(events).includes(form)]).toEqual([form, false, false]);
  return events;
}

test("a URL that comes as an input is known by its password before the input is recorded", async () => {
  const cell = fence(
    "bash {#print}",
    'echo "$DB_URL" > /dev/null; P=${DB_URL#*:*:}; P=${P%@*}; echo "$P" "${P/\\%40/@}"; echo "${P/\\%40/@}" | base64'
  );
  const events = await perform(
    `${head("${DB_URL}")}::input[Where]{#DB_URL}\n\n${cell}${fence("sql {#use}", "select 1")}`,
    given("DB_URL", url)
  );
  expect(eventsOf(events, "input-set")).toMatchObject([
    {value: "postgresql://ops:[redacted:DEFAULT_PASSWORD]@127.0.0.1:1/shop?connect_timeout=1", secret: true}
  ]);
  expect(eventsOf(events, "cell-ended")[0]).toMatchObject({outcome: {type: "passed"}, ending: {redactions: 3, state: "taken"}});
});

test("an input that is the password alone is a secret, also while the rest of the connection is not known", async () => {
  const cell = fence("bash {#print}", 'echo "$WORD"; echo 127.0.0.1 > /dev/null');
  const host = `:::cell{#host}\n\`\`\`bash\necho 127.0.0.1\n\`\`\`\n::capture{#PLACE}\n:::\n`;
  const text = `${head("postgresql://ops:${WORD}@${PLACE}:1/shop?connect_timeout=1")}::input[Word]{#WORD}\n\n${cell}\n${host}\n${fence("sql {#use}", "select 1")}`;
  const events = await perform(text, given("WORD", "s3cr@t-w0rd"));
  expect(eventsOf(events, "input-set")).toMatchObject([{value: "[redacted:DEFAULT_PASSWORD]", secret: true}]);
  expect(eventsOf(events, "variable-captured")).toMatchObject([{name: "PLACE", value: "127.0.0.1", secret: false}]);
});

test("of a cell that captures such a URL nothing is recorded before the URL is known", async () => {
  const cell =
    `:::cell{#find}\n\`\`\`bash\nprintf '%s%s\\n' 'postgresql://ops:s3cr' '%40t-w0rd@127.0.0.1:1/shop?connect_timeout=1'\n\`\`\`\n::capture{#DB_URL}\n:::\n`.replace(
      "'postgresql://ops:s3cr' '%40t-w0rd@",
      '"postgresql://ops:s3$(echo cr)" \'%40t-w0rd@'
    );
  const events = await perform(`${head("${DB_URL}")}${cell}${fence("sql {#use}", "select 1")}`);
  expect(eventsOf(events, "output-written")).toMatchObject([{output: {text: expect.stringContaining("ops:[redacted:DEFAULT_PASSWORD]@")}}]);
  expect(eventsOf(events, "variable-captured")).toMatchObject([{secret: true, exact: false}]);
});

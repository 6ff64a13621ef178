import {describe, expect, it} from "vitest";

import {fence, usePlace} from "./command.ts";

const place = usePlace();

/** Resolves with what was printed once `enough` holds. */
const printed = (stream: NodeJS.ReadableStream, enough: RegExp): Promise<string> =>
  new Promise((resolve) => {
    let said = "";
    stream.on("data", (bytes) => {
      said += bytes;
      if (enough.test(said)) resolve(said);
    });
  });

describe("open", () => {
  it("prints an address with a token for everybody who is invited, serves the page there, and ends when it is told to", async () => {
    place.file("books/hello.md", `# Hello\n\n${fence("bash {#greet}", "echo hello")}`);
    const serving = place.start(["open", "books", "--no-browser", "--invite", "Lin", "--operator", "Grace"]);
    const said = await printed(serving.stdout, /Ctrl-C ends it/);
    const url = /^books is open at (http:\/\/127\.0\.0\.1:\d+\/\S+)$/m.exec(said)![1]!;
    const other = /^for Lin: (http:\/\/127\.0\.0\.1:\d+\/\S+)$/m.exec(said)![1]!;
    expect(other).not.toBe(url);

    const entered = await fetch(url, {redirect: "manual"});
    const cookie = entered.headers.get("set-cookie")!.split(";")[0]!;
    const page = await fetch(new URL("/", url), {headers: {cookie}});
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<script type="module"');
    expect((await fetch(new URL("/", url))).ok).toBe(false);

    serving.kill("SIGTERM");
    expect((await serving).exitCode).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  it("says which port is taken", async () => {
    place.file("hello.md", `# Hello\n\n${fence("bash {#greet}", "echo hello")}`);
    const serving = place.start(["open", "hello.md", "--no-browser"]);
    const port = /:(\d+)\//.exec(await printed(serving.stdout, /Ctrl-C ends it/))![1]!;
    expect(await place.runbook("open", "hello.md", "--port", port)).toMatchObject({
      exit: 2,
      stderr: `runbook: port ${port} is taken; give another with --port, or none for any that is free`
    });
    serving.kill("SIGINT");
    expect((await serving).exitCode).toBe(0);
  });
});

import {readFileSync} from "node:fs";
import {join} from "node:path";
import {execa} from "execa";
import {describe, expect, it} from "vitest";

import {fence, usePlace} from "./command.ts";

const place = usePlace();
const marked = async (mark: string): Promise<string> => (await execa("pgrep", ["-fa", mark], {reject: false})).stdout;
const waits = (mark: string): string =>
  `# W\n\n${fence("bash {#wait}", "echo waiting", `sleep 300.${mark} & wait`)}\n${fence("bash {#after}", "echo after")}\n## Clean up\n\n::procedure{run=always}\n\n${fence("bash {#tidy}", "echo tidied")}`;

/** Starts a run whose first cell waits for ever, and resolves once it does. */
async function startWaiting(mark: string, ...args: readonly string[]) {
  const running = place.start(["exec", place.file(`wait-${mark}.md`, waits(mark)), ...args]);
  await new Promise<void>((resolve) => {
    let said = "";
    running.stdout.on("data", (bytes) => {
      said += bytes;
      if (said.includes("│ waiting")) resolve();
    });
  });
  return {running}; // not the process itself: it is awaited by awaiting
}

const journalOf = (id: string): string => readFileSync(join(place.folder, ".runbook/runs", id, "journal.ndjson"), "utf8");

describe("a run that is interrupted", () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`by one ${signal} cancels the running cell, cleans up and ends with 130`, async () => {
      const mark = `7${signal.length}${signal.charCodeAt(3)}`;
      const {running} = await startWaiting(mark);
      running.kill(signal);
      const {exitCode, stdout} = await running;
      expect(exitCode).toBe(130);
      expect(stdout).toContain(`! cancelled by Ada (${signal === "SIGINT" ? "Ctrl-C" : signal})`);
      expect(stdout).toMatch(/^✗ wait cancelled/m);
      expect(stdout).toMatch(/^✓ tidy passed/m);
      expect(stdout).not.toContain("│ after");
      expect(stdout).toMatch(/^cancelled after/m);
      expect(await marked(`300.${mark}`)).toBe("");
    });
  }

  it("by Ctrl-C twice kills everything at once, with a journal that is whole", async () => {
    const mark = "7999";
    const stubborn = `# W\n\n${fence("bash {#wait}", "trap '' TERM INT", "echo waiting", `while true; do sleep 300.${mark}; done`)}\n## Clean up\n\n::procedure{run=always}\n\n${fence("bash {#tidy}", "echo tidied")}`;
    const running = place.start(["exec", place.file("stubborn.md", stubborn)]);
    await new Promise<void>((resolve) => running.stdout.on("data", (bytes) => String(bytes).includes("│ waiting") && resolve()));
    const heard = new Promise<void>((resolve) => running.stdout.on("data", (bytes) => String(bytes).includes("! cancelled") && resolve()));
    running.kill("SIGINT");
    await heard; // two signals at once may arrive as one
    running.kill("SIGINT");
    const {exitCode, stdout} = await running;
    expect(exitCode).toBe(130);
    expect(stdout).not.toContain("│ tidied");
    expect(await marked(`300.${mark}`)).toBe("");
    const id = place.runs().at(-1)!;
    expect(journalOf(id)).toContain('"type":"cancel-requested"');
    expect((await place.runbook("show", id)).stdout).not.toContain("damaged");
  });

  it("by its own time limit ends as cancelled, saying so", async () => {
    const mark = "7888";
    const {exitCode, stdout} = await place.start(["exec", place.file("limit.md", waits(mark)), "--timeout", "3s"]);
    expect(exitCode).toBe(130);
    expect(stdout).toContain("! cancelled by --timeout 3s");
    expect(stdout).toMatch(/^✓ tidy passed/m);
    expect(await marked(`300.${mark}`)).toBe("");
  });
});

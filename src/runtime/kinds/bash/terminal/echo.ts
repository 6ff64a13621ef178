import {spawn} from "node:child_process";
import {closeSync, constants, openSync} from "node:fs";

/** Whether a terminal shows what is typed into it; true where nobody can know. */
export async function echoes(path: string): Promise<boolean> {
  let terminal: number;
  try {
    terminal = openSync(path, constants.O_RDONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
  } catch {
    return true;
  }
  try {
    const child = spawn("stty", ["-a"], {
      stdio: [terminal, "pipe", "ignore"],
      env: {PATH: process.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C"}
    });
    let said = "";
    child.stdout?.on("data", (bytes: Buffer) => {
      said += bytes.toString();
    });
    await new Promise<void>((resolve) => child.once("close", () => resolve()).once("error", () => resolve()));
    return !/(^|\s)-echo(\s|;|$)/m.test(said);
  } finally {
    closeSync(terminal);
  }
}

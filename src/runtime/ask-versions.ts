import {spawn} from "node:child_process";
import {searchPath} from "./search-path.ts";

/** What a program printed when it was asked for its version, or that it is not there, or did not answer in time. */
export type VersionAnswer = {readonly type: "absent"} | {readonly type: "said"; readonly text: string} | {readonly type: "silent"};

/** Each answer is one write of less than PIPE_BUF bytes, so that they do not mix. What is printed to stderr counts where stdout is empty. */
const script = `for program do
  {
    said=$("$program" --version 2>/dev/null </dev/null | command -p head -c 2000)
    [ -n "$said" ] || said=$("$program" --version 2>&1 </dev/null | command -p head -c 2000)
    printf '%s\\n%s\\0' "$program" "$said"
  } &
done
wait`;

/**
 * Asks all of them at once, by way of one shell: a process costs this one some 20 ms, since what its parsers hold is copied with it, and
 * a shell next to nothing.
 */
export async function askVersions(
  programs: readonly string[],
  environment: Readonly<Record<string, string>>,
  patienceMs = 5000
): Promise<ReadonlyMap<string, VersionAnswer>> {
  const answers = new Map<string, VersionAnswer>(programs.map((program) => [program, {type: "absent"}]));
  const there = [...answers.keys()].filter((program) => searchPath(program, environment["PATH"]) !== null);
  if (there.length === 0) return answers;
  for (const program of there) answers.set(program, {type: "silent"});
  for (const answer of (await run(there, environment, patienceMs)).split("\0").slice(0, -1)) {
    const end = answer.indexOf("\n");
    answers.set(answer.slice(0, end), {type: "said", text: answer.slice(end + 1)});
  }
  return answers;
}

/** In a process group of its own, which ends as a whole when patience does. */
function run(programs: readonly string[], environment: Readonly<Record<string, string>>, patienceMs: number): Promise<string> {
  return new Promise((resolve) => {
    let printed = "";
    const shell = spawn("/bin/sh", ["-c", script, "sh", ...programs], {
      env: environment,
      detached: true,
      stdio: ["ignore", "pipe", "ignore"]
    });
    const end = (): void => {
      clearTimeout(timer);
      shell.stdout.destroy();
      resolve(printed);
    };
    const timer = setTimeout(() => {
      if (shell.pid !== undefined) process.kill(-shell.pid, "SIGKILL");
      end();
    }, patienceMs);
    shell.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
    shell.on("close", end).on("error", end);
  });
}

/** PGlite behind a socket, in a process of its own: for machines without PostgreSQL, to look at a runbook. One session for all. */
import {spawn} from "node:child_process";
import {createRequire} from "node:module";
import {pathToFileURL} from "node:url";
import type {Embedded} from "./embedded.ts";

/** Ends with its standard input: when the runner stops it, or is gone. */
const SERVER = `
  const [pglite, socket] = process.argv.slice(1);
  const [{PGlite}, {PGLiteSocketServer}] = await Promise.all([import(pglite), import(socket)]);
  process.stdin.on("end", () => process.exit(0)).on("error", () => process.exit(0)).resume();
  const db = await PGlite.create();
  const server = new PGLiteSocketServer({db, host: "127.0.0.1", port: 0, maxConnections: 20});
  server.addEventListener("listening", ({detail}) => process.stdout.write(JSON.stringify(detail) + "\\n"));
  await server.start();
`;

const MISSING = "there is no PostgreSQL on this machine (initdb was found neither on PATH nor where packages put it)";

export async function startPglite(): Promise<Embedded> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", SERVER, ...locate()], {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
    env: {
      ...(process.env.PATH !== undefined && {PATH: process.env.PATH}),
      ...(process.env.RUNBOOK_RUN !== undefined && {RUNBOOK_RUN: process.env.RUNBOOK_RUN})
    }
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.stdin.on("error", () => {});
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said = `${said}${chunk}`.slice(-2000)));
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once("data", (line: Buffer) => resolve(Number((JSON.parse(line.toString()) as {port: unknown}).port)));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`PGlite ended with status ${code}: ${said.trim()}`)));
  });
  child.unref();
  for (const pipe of [child.stdin, child.stdout, child.stderr]) (pipe as unknown as {unref(): void}).unref();
  return {
    host: "127.0.0.1",
    port,
    user: "postgres",
    database: "postgres",
    password: null,
    version: "PGlite",
    demo: true,
    async stop() {
      child.ref();
      child.stdin.end();
      const patience = setTimeout(() => child.kill("SIGKILL"), 5000);
      await exited;
      clearTimeout(patience);
    }
  };
}

function locate(): readonly string[] {
  const require = createRequire(import.meta.url);
  try {
    return ["@electric-sql/pglite", "@electric-sql/pglite-socket"].map((name) => pathToFileURL(require.resolve(name)).href);
  } catch (cause) {
    throw new Error(
      `${MISSING}, and the optional package @electric-sql/pglite is not installed; install PostgreSQL (apt-get install postgresql) or run npm ci without --omit=optional`,
      {cause}
    );
  }
}

/** A real sshd on a free loopback port, with a configuration, keys and known hosts of its own. */
import {execFile, spawn} from "node:child_process";
import {constants} from "node:fs";
import {access, mkdir, mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {createServer} from "node:net";
import {tmpdir, userInfo} from "node:os";
import {delimiter, join} from "node:path";
import {promisify} from "node:util";

const run = promisify(execFile);

export interface Sshd {
  readonly url: string; // for `hosts:`
  readonly folder: string;
  /** An environment whose `ssh` knows this host and has its key. */
  readonly environment: Readonly<Record<string, string>>;
  /** Cuts every connection at once, as a broken network would; new ones can be made. */
  cut(): Promise<void>;
  close(): Promise<void>;
}

export async function startSshd(): Promise<Sshd> {
  const sshd = await find("sshd");
  const ssh = await find("ssh");
  const folder = await mkdtemp(join(tmpdir(), "runbook-sshd-"));
  const path = (name: string): string => join(folder, name);
  for (const key of ["host", "user"]) await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path(key)]);
  const port = await freePort();
  await writeFile(path("authorized"), await readFile(path("user.pub")), {mode: 0o600});
  await writeFile(path("known"), `[127.0.0.1]:${port} ${await readFile(path("host.pub"), "utf8")}`);
  await writeFile(
    path("sshd_config"),
    [
      `ListenAddress 127.0.0.1`,
      `Port ${port}`,
      `HostKey ${path("host")}`,
      `AuthorizedKeysFile ${path("authorized")}`,
      `PidFile ${path("pid")}`,
      "StrictModes no",
      "UsePAM no",
      "PasswordAuthentication no",
      "PermitRootLogin yes",
      ""
    ].join("\n")
  );
  await writeFile(
    path("ssh_config"),
    [
      `Host *`,
      `IdentityFile ${path("user")}`,
      "IdentitiesOnly yes",
      `UserKnownHostsFile ${path("known")}`,
      "StrictHostKeyChecking yes",
      ""
    ].join("\n")
  );
  await mkdir(path("bin"));
  await writeFile(path("bin/ssh"), `#!/bin/sh\nexec ${ssh} -F ${path("ssh_config")} "$@"\n`, {mode: 0o755});
  if (process.getuid?.() === 0) await mkdir("/run/sshd", {recursive: true, mode: 0o755});
  const child = spawn(sshd, ["-D", "-e", "-f", path("sshd_config")], {stdio: ["ignore", "ignore", "pipe"], detached: true});
  let said = "";
  child.stderr.on("data", (bytes: Buffer) => (said += bytes.toString()));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  while (!said.includes("Server listening")) {
    if (child.exitCode !== null) throw new Error(`sshd did not start: ${said}`);
    await new Promise((wake) => setTimeout(wake, 20));
  }
  const childrenOf = async (pid: string): Promise<readonly string[]> =>
    (await run("pgrep", ["-x", "sshd", "-P", pid]).catch(() => ({stdout: ""}))).stdout.split("\n").filter(Boolean);
  return {
    url: `ssh://${userInfo().username}@127.0.0.1:${port}`,
    folder,
    environment: {PATH: `${path("bin")}${delimiter}${process.env["PATH"] ?? ""}`, HOME: folder, LANG: "C.UTF-8"},
    async cut() {
      for (const pid of await childrenOf(String(child.pid))) {
        for (const one of [pid, ...(await childrenOf(pid))])
          try {
            process.kill(Number(one), "SIGKILL");
          } catch {
            // it has ended
          }
      }
    },
    async close() {
      child.kill();
      await ended;
      await rm(folder, {recursive: true, force: true});
    }
  };
}

async function find(name: string): Promise<string> {
  for (const folder of [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin", "/usr/local/sbin"])
    if (
      await access(join(folder, name), constants.X_OK).then(
        () => true,
        () => false
      )
    )
      return join(folder, name);
  throw new Error(`${name} was not found; on Debian: apt-get install openssh-server`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}

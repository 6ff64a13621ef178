#!/usr/bin/env node
// Runs every test, against real processes, a real PostgreSQL and a real browser. Finds PostgreSQL >= 15 with its client programs,
// OpenSSH, Chromium and some tools; on Debian as root it installs what is missing, elsewhere it says what to install. Arguments go to vitest.
import {spawnSync} from "node:child_process";
import {accessSync, constants, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {delimiter, join} from "node:path";

import {build, root} from "./build.mjs";

const OLDEST = 15;
const PROGRAMS = ["initdb", "pg_ctl", "postgres", "psql", "pg_dump", "pg_restore", "pg_basebackup"];
/** What tests, the lab and the checking of archives call, by the package that Debian has it in. */
const TOOLS = {openssl: "openssl", jq: "jq", python3: "python3", gpg: "gnupg", curl: "curl", perl: "perl", git: "git", pgrep: "procps"};
const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

let missing = findMissing();
if (missing.length > 0 && mayInstall()) {
  install(missing);
  missing = findMissing();
}
if (missing.length > 0) {
  for (const {what, how} of missing) console.error(`the tests need ${what}: ${how}`);
  process.exit(1);
}

const built = await build();
if (built.length > 0) console.log(`built ${built.join(" and ")}`);

const scratch = mkdtempSync(join(tmpdir(), "runbook-test-"));
try {
  process.exitCode = runTests(join(scratch, "results.json"));
} finally {
  rmSync(scratch, {recursive: true, force: true});
}

function runTests(results) {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${results}`];
  const {status} = spawnSync(
    process.execPath,
    [vitest, "run", "--config", "test/vitest.config.ts", ...reporters, ...process.argv.slice(2)],
    {
      cwd: root,
      stdio: "inherit",
      env: {...process.env, PATH: [findPostgres(), process.env.PATH].join(delimiter), RUNBOOK_CHROMIUM: findChromium()}
    }
  );
  if (existsSync(results)) {
    const {numPassedTests, numFailedTests} = JSON.parse(readFileSync(results, "utf8"));
    console.log(`${numPassedTests} passed, ${numFailedTests} failed`);
  }
  return status ?? 1;
}

function findMissing() {
  const how = (debian, others) => (existsSync("/etc/debian_version") ? `apt-get update && apt-get install ${debian} (as root)` : others);
  return [
    ...(findPostgres()
      ? []
      : [
          {
            what: `PostgreSQL >= ${OLDEST} with its server and client programs`,
            packages: ["postgresql", "postgresql-client"],
            how: how("postgresql postgresql-client", "install it, and put its bin folder on PATH")
          }
        ]),
    ...(findChromium()
      ? []
      : [{what: "Chromium", packages: ["chromium"], how: `${how("chromium", "install it")}, or name its program in RUNBOOK_CHROMIUM`}]),
    ...(findSshd()
      ? []
      : [
          {
            what: "OpenSSH's client and server",
            packages: ["openssh-client", "openssh-server"],
            how: how("openssh-client openssh-server", "install them")
          }
        ]),
    ...Object.entries(TOOLS)
      .filter(([program]) => !isOnPath(program))
      .map(([program, debian]) => ({what: program, packages: [debian], how: how(debian, "install it")}))
  ];
}

function isOnPath(name) {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => folder !== "" && isProgram(join(folder, name)));
}

function findSshd() {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"].filter((folder) => folder !== "");
  return ["sshd", "ssh", "ssh-keygen"].every((name) => folders.some((folder) => isProgram(join(folder, name))));
}

/** The bin folder of a PostgreSQL that has every program and is new enough. */
function findPostgres() {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian)
    ? readdirSync(debian)
        .toSorted((a, b) => Number(b) - Number(a))
        .map((version) => join(debian, version, "bin"))
    : [];
  return [
    ...(process.env.PATH ?? "").split(delimiter),
    ...versions,
    "/opt/homebrew/opt/postgresql@17/bin",
    "/usr/local/opt/postgresql@17/bin"
  ].find((folder) => {
    if (folder === "" || !PROGRAMS.every((program) => isProgram(join(folder, program)))) return false;
    const found = /\(PostgreSQL\) (\d+)/.exec(spawnSync(join(folder, "postgres"), ["--version"], {encoding: "utf8"}).stdout ?? "");
    return found !== null && Number(found[1]) >= OLDEST;
  });
}

function findChromium() {
  const given = process.env.RUNBOOK_CHROMIUM;
  if (given) return isProgram(given) ? given : undefined;
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const candidates = [
    ...folders.flatMap((folder) => BROWSERS.map((name) => join(folder, name))),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium"
  ];
  return candidates.find(isProgram);
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function mayInstall() {
  return existsSync("/etc/debian_version") && process.getuid?.() === 0 && isProgram("/usr/bin/apt-get");
}

function install(wanted) {
  const packages = wanted.flatMap(({packages}) => packages);
  console.log(`installing ${packages.join(", ")} with apt-get`);
  // The tests make clusters of their own: installing PostgreSQL must not start one.
  const clusters = "/etc/postgresql-common/createcluster.conf";
  if (packages.includes("postgresql") && !existsSync(clusters)) {
    mkdirSync("/etc/postgresql-common", {recursive: true});
    writeFileSync(clusters, "create_main_cluster = false\n");
  }
  const apt = (...args) =>
    spawnSync("apt-get", ["-qq", "-o", "Dpkg::Options::=--force-confold", ...args], {
      stdio: ["ignore", "ignore", "inherit"],
      env: {...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1"} // no service is to be started
    });
  apt("update");
  apt("install", "-y", "--no-install-recommends", ...packages);
}

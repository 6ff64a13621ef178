#!/usr/bin/env node
// npm leaves packages of other platforms out of package-lock.json when it cannot reach them, and `npm ci` then refuses the lock
// (https://github.com/npm/cli/issues/4828). Run this after `npm install`: it adds what is missing, by the name of its platform.
// With --check it only says what is missing.
import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";

const path = join(fileURLToPath(new URL("..", import.meta.url)), "package-lock.json");

const SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const PROCESSORS = ["arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

/** Optional packages that a lock names and does not hold, each with the entry that it lacks. */
function findMissing({packages}) {
  const missing = {};
  for (const {optionalDependencies = {}, dev, devOptional} of Object.values(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (Object.keys(packages).some((place) => place === `node_modules/${name}` || place.endsWith(`/node_modules/${name}`))) continue;
      if (!/^\d+\.\d+\.\d+/.test(version)) continue; // a range: only the registry knows which version it is
      missing[`node_modules/${name}`] = {
        version,
        ...platformOf(name),
        ...(dev && {dev}),
        ...(devOptional && {devOptional}),
        optional: true
      };
    }
  }
  return missing;
}

/** "@oxc-parser/binding-linux-arm-musleabihf" is for linux, arm, musl. */
function platformOf(name) {
  const words = name.split("/").at(-1).replace("x86_64", "x64").split(/[-.]/);
  const [system, processor] = [words.find((word) => SYSTEMS.includes(word)), words.find((word) => PROCESSORS.includes(word))];
  const libc = words.some((word) => word.startsWith("musl"))
    ? "musl"
    : system === "linux" && words.some((word) => word.startsWith("gnu"))
      ? "glibc"
      : null;
  return {...(processor && {cpu: [processor]}), ...(libc && {libc: [libc]}), ...(system && {os: [system]})};
}

const lock = JSON.parse(readFileSync(path, "utf8"));
const missing = findMissing(lock);
if (process.argv.includes("--check")) {
  for (const place of Object.keys(missing)) console.error(`package-lock.json lacks ${place}; node scripts/complete-lock.mjs adds it`);
  process.exitCode = Object.keys(missing).length > 0 ? 1 : 0;
} else {
  const root = lock.packages[""];
  const sorted = Object.entries({...lock.packages, ...missing}).toSorted(([a], [b]) => a.localeCompare(b, "en"));
  lock.packages = {"": root, ...Object.fromEntries(sorted)};
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`added ${Object.keys(missing).length} packages of other platforms to package-lock.json`);
}

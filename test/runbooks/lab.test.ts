import {existsSync, readFileSync} from "node:fs";
import {copyFile} from "node:fs/promises";
import {dirname} from "node:path";

import {execa} from "execa";
import {afterAll, beforeAll, expect, test} from "vitest";

import type {Lab} from "./lab.ts";
import {openLab} from "./lab.ts";
import {inRoot, inTemporaryFolder, runbook} from "./runbook.ts";

let lab: Lab | undefined;
const here = (): Lab => lab!;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab?.close());

const webhook = (event: unknown): Promise<Response> =>
  fetch(`${here().environment.APP_URL}/webhook`, {method: "POST", body: JSON.stringify(event)});
const bookings = (where = "true"): Promise<string> =>
  here().psql("whatsapp_saas", `select count(*) from bookings where reference is not null and ${where}`);

test("the lab's application works as its own role, and has nothing for those without the token", async () => {
  const {APP_URL, ADMIN_TOKEN} = here().environment;
  expect(await (await fetch(`${APP_URL}/healthz`)).json()).toEqual({database: "ok"});
  expect((await fetch(`${APP_URL}/admin/salons`)).status).toBe(401);
  const salons = await fetch(`${APP_URL}/admin/salons`, {headers: {"x-admin-token": ADMIN_TOKEN!}});
  expect(((await salons.json()) as unknown[]).length).toBe(8);
});

test("a booking that is acknowledged is in the database, and one that is a test is not", async () => {
  const reference = "00000000-0000-4000-8000-000000000001";
  expect(await (await webhook({reference})).json()).toEqual({reference, kept: true});
  expect(await bookings(`reference = '${reference}'`)).toBe("1");
  expect((await webhook({reference})).status, "taken already").toBe(503);
  const tested = (await (await webhook({test: "booking_creation"})).json()) as {reference: string; kept: boolean};
  expect(tested.kept).toBe(false);
  expect(await bookings(`reference = '${tested.reference}'`)).toBe("0");
});

test("the application is not healthy when its role lost its rights, and is when it has them again", async () => {
  const health = async () => (await fetch(`${here().environment.APP_URL}/healthz`)).status;
  await here().psql("whatsapp_saas", "revoke select on messages from whatsapp_app");
  expect(await health()).toBe(503);
  await here().psql("whatsapp_saas", "grant select on messages to whatsapp_app");
  expect(await health()).toBe(200);
});

test("every booking of the ledger is in the database", async () => {
  const ledger = (await here().bash('cut -f 3 "$LEDGER"')).split("\n");
  expect(ledger.length).toBeGreaterThan(10);
  const there = await here().psql("whatsapp_saas", `select count(*) from bookings where reference = any ('{${ledger.join(",")}}'::uuid[])`);
  expect(Number(there)).toBe(ledger.length);
});

test("the archive takes a segment twice, and never another one of the same name", async () => {
  const archive = (from: string): Promise<string> =>
    here().bash(`printf %s '${from}' >segment; bin/archive-wal.sh segment "$PWD/into" 2>&1 && cat into || echo "refused: $(cat into)"`);
  expect(await archive("one")).toBe("one");
  expect(await archive("one")).toBe("one");
  expect(await archive("another")).toMatch(/left as it is\nrefused: one$/);
});

test("every site has the same functions, and the lab has customers besides", async () => {
  const functionsOf = async (site: string): Promise<readonly string[]> => {
    const {stdout} = await execa("bash", [
      "-euo",
      "pipefail",
      "-c",
      `. "${inRoot("runbooks/sites", site)}.sh"; compgen -A function site_ | sort`
    ]);
    return stdout.split("\n").filter((name) => !name.startsWith("site_customers_"));
  };
  const ofTheLab = await functionsOf("lab");
  expect(ofTheLab).toContain("site_database_stop");
  expect(await functionsOf("systemd")).toEqual(ofTheLab);
  expect(await functionsOf("docker-compose")).toEqual(ofTheLab);
});

test("a lab is not built over another, and a folder that is no lab is not torn down", async () => {
  const again = await here().exec("lab.md", {set: {LAB: here().folder}});
  expect(again.exit, again.text).toBe(1);
  expect(again.text).toContain("✗ folder failed");
  expect(await here().bash("site_database_status primary")).toBe("running");
  const elsewhere = await here().exec("lab.md#tear-the-lab-down", {set: {LAB: `${here().folder}/bin`}});
  expect(elsewhere.text).toContain("is no lab, nothing to tear down");
  expect(existsSync(`${here().folder}/bin`)).toBe(true);
});

test("a lab that is torn down leaves no process and no file behind, and its environment file leads nowhere", async () => {
  const {folder, environmentFile} = here();
  await inTemporaryFolder(async (cwd) => {
    await copyFile(environmentFile, `${cwd}/stale.env`);
    await here().close();
    lab = undefined;
    expect(existsSync(dirname(folder))).toBe(false);
    const {stdout} = await execa("pgrep", ["-fa", folder], {reject: false});
    expect(stdout).toBe("");

    const at = new Date().toISOString();
    const given = {
      LOST_AT: at,
      RECOVERY_TARGET: at,
      RECOVERED_AT: at,
      SOURCE: "dump",
      WAY: "change",
      RELEASE: "1",
      MIGRATION: "1",
      DOWN: "/dev/null",
      INCIDENT: "1"
    };
    const set = Object.entries(given).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
    for (const [file, step] of [
      ["full-restore.md", "server"],
      ["point-in-time-recovery.md", "cluster"],
      ["partial-table-recovery.md", "server"],
      ["rollback.md", "server"],
      ["post-recovery.md", "services"],
      ["verification.md", "verified"]
    ]) {
      const confirm = ["--confirm", "declare", "--confirm", "prerequisites"];
      const asks = file === "post-recovery.md" || file === "verification.md" ? [] : file === "rollback.md" ? confirm.slice(0, 2) : confirm;
      const names = set
        .filter((_, place) => place % 2 === 1)
        .filter((value) => readFileSync(inRoot("runbooks", file!), "utf8").includes(`{#${value.split("=")[0]}`));
      const args = [
        "exec",
        inRoot("runbooks", file!),
        "--drill",
        "--env-file",
        "stale.env",
        ...names.flatMap((value) => ["--set", value]),
        ...asks
      ];
      const {exit, text} = await runbook(args, {cwd});
      expect(exit, text).toBe(1);
      expect(text).toContain(`✗ ${step} failed`);
    }
  });
});

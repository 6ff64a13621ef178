import {execFile} from "node:child_process";
import {mkdtempSync, readFileSync, rmSync} from "node:fs";
import {createServer} from "node:net";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {promisify} from "node:util";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {freePort} from "../../../../src/runtime/connections/embedded/cluster.ts";
import type {TestCluster} from "../../../support/postgres.ts";
import {startCluster} from "../../../support/postgres.ts";
import type {Executed, Notebook} from "./notebook.ts";
import {openNotebook, sleeping, untilOther} from "./notebook.ts";

const run = promisify(execFile);
let cluster: TestCluster;
let admin: Notebook;
let folder: string;
beforeAll(async () => {
  cluster = await startCluster();
  admin = await openNotebook(cluster.url);
  folder = mkdtempSync(join(tmpdir(), "runbook-tls-"));
});
afterAll(async () => {
  await admin.close();
  await cluster.stop();
  rmSync(folder, {recursive: true});
});

async function once(url: string, source = "select 1"): Promise<Executed> {
  const notebook = await openNotebook(url);
  try {
    return await notebook.run(source);
  } finally {
    await notebook.close();
  }
}

describe("a connection that fails says where and what to do", () => {
  test("nobody listens", async () => {
    const port = await freePort();
    await expect(once(`postgresql://127.0.0.1:${port}/x`)).rejects.toThrow(
      `connection "default": 127.0.0.1:${port} refuses connections; is PostgreSQL running there and listening on this port?`
    );
  });
  test("no socket", async () => {
    await expect(once("host=/tmp/nowhere-at-all port=5999")).rejects.toThrow(
      'there is no server at the socket "/tmp/nowhere-at-all/.s.PGSQL.5999"'
    );
  });
  test("unknown host", async () => {
    await expect(once("host=no-such-host.invalid")).rejects.toThrow('the host name "no-such-host.invalid" is not known');
  });
  test("no such database", async () => {
    await expect(once(cluster.url.replace(/postgres$/, "gone"))).rejects.toThrow('has no database "gone"');
  });
  test("wrong password, which it does not show", async () => {
    await expect(once(cluster.url.replace(cluster.password, "hunter2"))).rejects.toThrow(
      expect.objectContaining({message: expect.not.stringContaining("hunter2")})
    );
    await expect(once(cluster.url.replace(cluster.password, "hunter2"))).rejects.toThrow('refuses the password for user "postgres"');
  });
  test("a password is wanted and there is none", async () => {
    const notebook = await openNotebook(cluster.url, {
      password: async () => {
        throw new Error("the server asks for a password and there is none");
      }
    });
    await expect(notebook.run("select 1")).rejects.toThrow("the server asks for a password and there is none");
    await notebook.close();
  });
  test("silence, for no longer than connect_timeout", async () => {
    const server = createServer(() => {});
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    const began = Date.now();
    await expect(once(`postgresql://127.0.0.1:${port}/x?connect_timeout=2`)).rejects.toThrow("did not answer in time");
    expect(Date.now() - began).toBeLessThan(20_000); // and not the 30 s of a document without one
    server.close();
  });
  test("a role that may not be there", async () => {
    await admin.run("create role shut nologin");
    await expect(once(`host=${cluster.host} port=${cluster.port} user=shut dbname=postgres`)).rejects.toThrow(
      'does not let user "shut" in: role "shut" is not permitted to log in'
    );
  });
  test("the wrong sort of server", async () => {
    expect((await once(`${cluster.url}?target_session_attrs=primary`)).finish.error).toBe(null);
    await expect(once(`${cluster.url}?target_session_attrs=standby`)).rejects.toThrow(
      "is a primary that takes writes, and target_session_attrs asks for standby"
    );
  });
});

test("options and time zone reach the session", async () => {
  const {tables} = await once(
    `${cluster.url}?options=-c%20search_path%3Dapp%20-c%20TimeZone%3DAsia/Tokyo`,
    "select current_setting('search_path'), current_setting('TimeZone')"
  );
  expect(tables[0]!.rows).toEqual([["app", "Asia/Tokyo"]]);
});

test("variables of this process do not leak into a connection", async () => {
  const before = {...process.env};
  Object.assign(process.env, {PGOPTIONS: "-c work_mem=1MB", PGAPPNAME: "leak", PGSSLMODE: "verify-full", PGPASSWORD: "leak"});
  try {
    const {tables} = await once(
      `${cluster.url}?sslmode=disable`,
      "select current_setting('work_mem'), current_setting('application_name')"
    );
    expect(tables[0]!.rows).toEqual([["4MB", "runbook 0190 cell"]]);
  } finally {
    for (const name of ["PGOPTIONS", "PGAPPNAME", "PGSSLMODE", "PGPASSWORD"]) delete process.env[name];
    Object.assign(process.env, before);
  }
});

describe("TLS", () => {
  const encrypted = async (parameters: string): Promise<unknown> => {
    const {tables} = await once(`${cluster.url}?${parameters}`, "select ssl from pg_stat_ssl where pid = pg_backend_pid()");
    return tables[0]!.rows[0]![0] === "t";
  };

  test("prefer goes without it where the server has none, require does not", async () => {
    expect(await encrypted("sslmode=prefer")).toBe(false);
    await expect(encrypted("sslmode=require")).rejects.toThrow(
      "The server does not support SSL connections; check the connection's settings and its sslmode"
    );
  });

  describe("at a server that has it", () => {
    beforeAll(async () => {
      const data = (await admin.run("show data_directory")).tables[0]!.rows[0]![0]!;
      await run("openssl", [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
        "-keyout",
        `${folder}/server.key`,
        "-out",
        `${folder}/server.crt`
      ]);
      // the server's own user must own its key, so the server writes it
      for (const name of ["server.key", "server.crt"]) {
        const text = readFileSync(join(folder, name), "utf8").trim();
        await admin.run(
          `copy (select line from regexp_split_to_table(:'TEXT', E'\\n') line) to program 'umask 077; cat > ${data}/${name}'`,
          {variables: {TEXT: text}}
        );
      }
      await admin.run("alter system set ssl = on");
      await admin.run("select pg_reload_conf()");
      for (let left = 50; left > 0 && !(await encrypted("sslmode=prefer")); left--) await new Promise((resolve) => setTimeout(resolve, 50));
    });

    test("prefer and require use it, disable and allow do not", async () => {
      expect(await encrypted("sslmode=prefer")).toBe(true);
      expect(await encrypted("sslmode=require")).toBe(true);
      expect(await encrypted("sslmode=allow")).toBe(false);
      expect(await encrypted("sslmode=disable")).toBe(false);
    });
    test("verify-ca trusts the root alone, verify-full the name too", async () => {
      const root = `sslrootcert=${encodeURIComponent(`${folder}/server.crt`)}`;
      expect(await encrypted(`sslmode=verify-ca&${root}`)).toBe(true);
      await expect(encrypted(`sslmode=verify-full&${root}`)).rejects.toThrow(/127\.0\.0\.1/);
      expect(await encrypted(`sslmode=verify-full&${root}&host=localhost&hostaddr=127.0.0.1`)).toBe(true);
    });
    test("a root that did not sign is no root", async () => {
      await run("openssl", [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=other",
        "-keyout",
        `${folder}/other.key`,
        "-out",
        `${folder}/other.crt`
      ]);
      await expect(encrypted(`sslmode=verify-ca&sslrootcert=${encodeURIComponent(`${folder}/other.crt`)}`)).rejects.toThrow(
        /self.signed certificate/
      );
    });
    test("a cell is cancelled over it as well", async () => {
      const notebook = await openNotebook(`${cluster.url}?sslmode=require`);
      const abort = new AbortController();
      const observer = await openNotebook(cluster.url);
      const running = notebook.run("select pg_sleep(300)", {signal: abort.signal});
      await untilOther(observer, sleeping);
      abort.abort();
      expect((await running).finish.sqlstate).toBe("57014");
      await observer.close();
      await notebook.close();
    });
  });
});

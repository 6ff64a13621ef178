import {chmodSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir, userInfo} from "node:os";
import {join} from "node:path";
import {afterAll, describe, expect, test} from "vitest";
import {resolveConninfo} from "../../../src/runtime/connections/conninfo/resolve.ts";

const folder = mkdtempSync(join(tmpdir(), "runbook-conninfo-"));
afterAll(() => rmSync(folder, {recursive: true}));
const file = (name: string, text: string, mode = 0o600): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};
const alone = {HOME: folder};
const resolve = (text: string, environment: Readonly<Record<string, string>> = {}) => resolveConninfo(text, {...alone, ...environment});
const me = userInfo().username;

describe("a URL", () => {
  test.each([
    [
      "postgresql://ann:s%3Ac%2Fr%40t@db.example:5433/shop?application_name=x&connect_timeout=7",
      {host: "db.example", port: 5433, user: "ann", password: "s:c/r@t", database: "shop", applicationName: "x", connectTimeoutMs: 7000}
    ],
    ["postgres://[::1]:5433/shop", {host: "::1", port: 5433}],
    ["postgresql://%2Ftmp%2Fsockets/shop", {host: "/tmp/sockets", database: "shop", ssl: false}],
    ["postgresql:///shop?host=/tmp/sockets&port=6000&user=ann", {host: "/tmp/sockets", port: 6000, user: "ann", database: "shop"}],
    ["postgresql://ann@db/?dbname=%C3%A9", {database: "é"}],
    ["postgresql://db", {host: "db", port: 5432, user: me, database: me, password: null}],
    ["postgresql://db/x?ssl=true", {sslOtherwise: null}],
    ["postgresql://db/x?options=-c%20search_path%3Dapp", {options: "-c search_path=app"}]
  ])("%s", (url, expected) => {
    expect(resolve(url)).toMatchObject(expected);
  });
  test.each([
    ["postgresql://one:1,two:2/x", "a list of hosts is not supported"],
    ["postgresql://db/x?host=a,b", "a list of hosts is not supported"],
    ["postgresql://db/x?sslmod=require", 'libpq knows no URL parameter "sslmod"'],
    ["postgresql://ann:pa%ss@db/x", 'the password in the URL has a "%" that is no percent-encoding'],
    ["postgresql://db:port/x", "the port of the URL is no number"],
    ["postgresql://db:0/x", "the port must be a number"],
    ["postgresql://ann:pa@ss@db/x", 'must be written "%40"'],
    ["postgresql://ann:pa/ss@db/x", 'must be written "%40"'],
    ["postgresql://[::1/x", "an IPv6 address in the URL is not closed"],
    ["postgresql://db/x?target_session_attrs=leader", "target_session_attrs must be one of any, read-write"],
    ["postgresql://db/x?channel_binding=require", "channel_binding=require is not supported; only disable or prefer is"],
    ["postgresql://db/x?requirepeer=postgres", "requirepeer=postgres is not supported; leave it out"],
    ["mysql://db/x", 'a connection URL starts with "postgresql://", not "mysql://"'],
    ["shop", "a connection is a URL"]
  ])("%s is refused", (url, message) => {
    expect(() => resolve(url)).toThrow(message);
  });
  test("never shows its password in an error", () => {
    for (const url of [
      "postgresql://ann:hunter2%@db/x",
      "postgresql://ann:hunter2@one,two/x",
      "postgresql://ann:hunter2/x@db",
      "postgresql://hunter2:hunter2/x",
      "host=x password='hunter2",
      "password=hunter2 bogus=1"
    ]) {
      expect(() => resolve(url)).toThrow(expect.not.objectContaining({message: expect.stringContaining("hunter2")}));
    }
  });
});

describe("keywords", () => {
  test.each([
    ["host=127.0.0.1 port=55432 dbname=x user=ann", {host: "127.0.0.1", port: 55432, database: "x", user: "ann"}],
    ["dbname = 'my db'  password='it\\'s' host=h", {database: "my db", password: "it's", host: "h"}],
    ["dbname=a\\ b user='' host=h", {database: "a b", user: me}],
    ["host=h password=a=b", {password: "a=b"}],
    ["hostaddr=10.0.0.1 host=db.example sslmode=require", {host: "10.0.0.1", ssl: {servername: "db.example"}}]
  ])("%s", (text, expected) => {
    expect(resolve(text)).toMatchObject(expected);
  });
  test.each([
    ["host=h dbnam=x", 'libpq knows no connection keyword "dbnam"; did you mean "dbname"?'],
    ["host=h dbname", 'there is no "=" after the word'],
    ["=x", 'there is no keyword before "="'],
    ["dbname='x", 'the quoted value of "dbname" is not closed']
  ])("%s is refused", (text, message) => {
    expect(() => resolve(text)).toThrow(message);
  });
});

describe("a service", () => {
  const services = file(
    "services.conf",
    "# ours\n[other]\nhost=other\n\n[prod]\nhost=prod.example\nport=6000\nuser=ops\nsslmode=disable\n[next]\nhost=next\n"
  );
  test("is read from PGSERVICEFILE, and what the string says itself wins", () => {
    expect(resolve("service=prod dbname=shop", {PGSERVICEFILE: services})).toMatchObject({
      host: "prod.example",
      port: 6000,
      user: "ops",
      database: "shop",
      ssl: false
    });
    expect(resolve("postgresql:///?service=prod&port=1", {PGSERVICEFILE: services})).toMatchObject({host: "prod.example", port: 1});
    expect(resolve("", {PGSERVICE: "prod", PGSERVICEFILE: services, PGHOST: "ignored"})).toMatchObject({host: "prod.example"});
  });
  test("is read from the user's and the system's file", () => {
    file(".pg_service.conf", "[mine]\nhost=mine\n");
    file("pg_service.conf", "[system]\nhost=system\n[mine]\nhost=not-this\n");
    expect(resolve("service=mine", {PGSYSCONFDIR: folder})).toMatchObject({host: "mine"});
    expect(resolve("service=system", {PGSYSCONFDIR: folder})).toMatchObject({host: "system"});
  });
  test("that does not exist is named, with the files", () => {
    expect(() => resolve("service=gone", {PGSERVICEFILE: services, PGSYSCONFDIR: "/nowhere"})).toThrow(
      `there is no service "gone" in "${services}", "/nowhere/pg_service.conf" (no such file)`
    );
  });
  test("with a wrong line is refused with its place", () => {
    const wrong = file("wrong.conf", "[prod]\nhost=h\nprot=1\n");
    expect(() => resolve("service=prod", {PGSERVICEFILE: wrong})).toThrow(
      `line 3 of the service file "${wrong}": libpq knows no connection keyword "prot"; did you mean "port"?`
    );
  });
});

describe("the environment", () => {
  test("fills what the string leaves open", () => {
    const environment = {
      PGHOST: "h",
      PGPORT: "6000",
      PGDATABASE: "d",
      PGUSER: "u",
      PGPASSWORD: "secret",
      PGAPPNAME: "a",
      PGCONNECT_TIMEOUT: "1",
      PGOPTIONS: "-c x=1",
      PGTZ: "Europe/Berlin",
      PGDATESTYLE: "ISO, DMY"
    };
    expect(resolve("", environment)).toMatchObject({
      host: "h",
      port: 6000,
      database: "d",
      user: "u",
      password: "secret",
      applicationName: "a",
      connectTimeoutMs: 2000,
      options: "-c datestyle=ISO,\\ DMY -c timezone=Europe/Berlin -c x=1"
    });
    expect(resolve("postgresql://own@own:1/own", environment)).toMatchObject({host: "own", port: 1, database: "own", user: "own"});
  });
  test("with a setting that would be lost is refused, naming the variable", () => {
    expect(() => resolve("host=h", {PGREQUIREPEER: "postgres"})).toThrow("requirepeer=postgres (from PGREQUIREPEER) is not supported");
  });
  test("of nothing means a local socket, or localhost", () => {
    expect(resolve("").host).toMatch(/^(\/var\/run\/postgresql|\/tmp|localhost)$/);
  });
});

describe("the password file", () => {
  const passwords = file("pass", "# c\nother:*:*:*:no\ndb.example:5432:shop:ann:s\\:e\\\\c:rest\n*:*:*:bob:bobs\n");
  const find = (text: string, environment = {}) => resolve(text, {PGPASSFILE: passwords, ...environment}).findPassword();
  test("gives the password of the first line that fits", () => {
    expect(find("host=db.example dbname=shop user=ann")).toEqual({password: "s:e\\c"});
    expect(find("host=x user=bob")).toEqual({password: "bobs"});
    expect(find("host=x user=eve")).toEqual({why: expect.stringContaining(`"${passwords}" has no line for x:5432:eve:eve`)});
  });
  test("is ignored, and said, when others may read it", () => {
    const open = file("open", "*:*:*:*:x\n", 0o644);
    expect(find("host=x user=bob", {PGPASSFILE: open})).toEqual({why: expect.stringContaining("has group or world access")});
    expect(find("host=x user=bob", {PGPASSFILE: join(folder, "none")})).toEqual({why: expect.stringContaining("does not exist")});
  });
});

describe("sslmode", () => {
  test.each([
    ["disable", {ssl: false, sslOtherwise: null}],
    ["allow", {ssl: false, sslOtherwise: {rejectUnauthorized: false}}],
    ["prefer", {ssl: {rejectUnauthorized: false}, sslOtherwise: false}],
    ["require", {ssl: {rejectUnauthorized: false}, sslOtherwise: null}]
  ])("%s", (mode, expected) => {
    expect(resolve(`host=h sslmode=${mode}`)).toMatchObject(expected);
  });
  test("is prefer unless something is said", () => {
    expect(resolve("host=h")).toMatchObject({ssl: {rejectUnauthorized: false}, sslOtherwise: false});
  });
  test("verify-full needs a root certificate, or the system's", () => {
    expect(() => resolve("host=h sslmode=verify-full")).toThrow(
      /the root certificate file ".*root.crt" does not exist; sslmode=verify-full cannot verify/
    );
    expect(resolve("host=h sslrootcert=system")).toMatchObject({ssl: {rejectUnauthorized: true}, sslOtherwise: null});
    expect(() => resolve("host=h sslrootcert=system sslmode=require")).toThrow("sslrootcert=system needs sslmode=verify-full");
  });
  test("require verifies against a root certificate that is given", () => {
    const root = file("root.pem", "certificate");
    const {ssl} = resolve(`host=h sslmode=require sslrootcert=${root}`);
    expect(ssl).toMatchObject({rejectUnauthorized: true, ca: "certificate", checkServerIdentity: expect.any(Function)});
    expect(resolve(`host=h sslmode=verify-full sslrootcert=${root}`).ssl).not.toHaveProperty("checkServerIdentity");
  });
  test("a key that others may read is refused", () => {
    const cert = file("cert.pem", "c");
    const key = file("key.pem", "k", 0o644);
    expect(() => resolve(`host=h sslcert=${cert} sslkey=${key}`)).toThrow(`the key file "${key}" has group or world access; chmod 0600 it`);
    expect(() => resolve("host=h sslmode=none")).toThrow(
      'sslmode must be one of disable, allow, prefer, require, verify-ca, verify-full; not "none"'
    );
  });
});

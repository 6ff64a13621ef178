import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {crc32, deflateRawSync} from "node:zlib";
import {execa} from "execa";
import {afterAll, describe, expect, it} from "vitest";

import {bagPath, isSafePath, manifestText, readManifest} from "../../src/bag/manifest.ts";
import {openZipSink} from "../../src/bag/sink.ts";
import {unpack} from "../../src/bag/zip-reader.ts";
import {readFiles} from "./bag.ts";

const folder = mkdtempSync(join(tmpdir(), "runbook-zip-"));
afterAll(() => rmSync(folder, {recursive: true, force: true}));
let count = 0;

interface Member {
  readonly name: string;
  readonly bytes?: string;
  readonly mode?: number;
  readonly flags?: number;
  readonly method?: number;
  readonly claims?: number; // how long it says that it is
  readonly inside?: string; // another name in its own header
  readonly at?: number; // where the directory says that it begins
}

/** A zip as somebody may make it who means no good. */
function forge(...members: readonly Member[]): string {
  const path = join(folder, `${++count}.zip`);
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const {name, bytes = "", mode = 0o100644, flags = 0, method = 0, claims, inside = name, at: begin} of members) {
    const text = Buffer.from(bytes);
    const packed = method === 8 ? deflateRawSync(text) : text;
    const head = (size: number, signature: number, from: number): Buffer => {
      const buffer = Buffer.alloc(size);
      buffer.writeUInt32LE(signature, 0);
      buffer.writeUInt16LE(flags, from + 2);
      buffer.writeUInt16LE(method, from + 4);
      buffer.writeUInt32LE(crc32(text), from + 10);
      buffer.writeUInt32LE(packed.length, from + 14);
      buffer.writeUInt32LE(claims ?? text.length, from + 18);
      return buffer;
    };
    const local = head(30, 0x0403_4b50, 4);
    local.writeUInt16LE(Buffer.byteLength(inside), 26);
    const entry = head(46, 0x0201_4b50, 6);
    entry.writeUInt16LE(Buffer.byteLength(name), 28);
    entry.writeUInt32LE(mode * 0x1_0000, 38);
    entry.writeUInt32LE(begin ?? at, 42);
    directory.push(entry, Buffer.from(name));
    parts.push(local, Buffer.from(inside), packed);
    at += 30 + Buffer.byteLength(inside) + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x0605_4b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  writeFileSync(path, Buffer.concat([...parts, ...directory, end]));
  return path;
}

async function tryUnpack(path: string): Promise<readonly string[]> {
  const to = join(folder, `to-${++count}`);
  mkdirSync(to);
  try {
    await unpack(path, to);
  } catch (error) {
    return [error instanceof Error ? `${error.name}: ${error.message}` : "?", ...readFiles(to).keys()];
  }
  return [...readFiles(to).keys()];
}

const good = {name: "bag/a", bytes: "a"};

describe("a hostile zip", () => {
  const cases: Readonly<Record<string, readonly [members: readonly Member[], words: string]>> = {
    "a way up": [[good, {name: "bag/../../evil", bytes: "x"}], "leads out of it"],
    "an absolute path": [[good, {name: "/etc/evil", bytes: "x"}], "leads out of it"],
    "a drive": [[good, {name: "C:/evil", bytes: "x"}], "leads out of it"],
    backslashes: [[good, {name: "bag\\..\\evil", bytes: "x"}], "leads out of it"],
    "a line end in a name": [[good, {name: "bag/a\nb", bytes: "x"}], "leads out of it"],
    "an empty part": [[good, {name: "bag//b", bytes: "x"}], "leads out of it"],
    "a link": [[good, {name: "bag/link", bytes: "/etc/passwd", mode: 0o120777}], "is a link or no plain file"],
    "a device": [[good, {name: "bag/null", mode: 0o020666}], "is a link or no plain file"],
    "a name twice": [[good, {name: "bag/a", bytes: "b"}], "stands in it twice"],
    "a name twice but for its case": [[good, {name: "bag/A", bytes: "b"}], "stands in it twice"],
    "a file in a file": [[good, {name: "bag/a/b", bytes: "b"}], "lies in a file"],
    "two folders at its top": [[good, {name: "other/b", bytes: "b"}], "one folder at its top"],
    "a file at its top": [[{name: "a", bytes: "a"}], "one folder at its top"],
    encryption: [[{...good, flags: 1}], "is encrypted"],
    "another method": [[{...good, method: 12}], "compressed by method 12"],
    "more than it says": [[{name: "bag/a", bytes: "a".repeat(10_000), method: 8, claims: 10}], "is longer than it says"],
    "less than it says": [[{...good, claims: 1000}], "is damaged"],
    "files over each other": [[good, {name: "bag/b", bytes: "b", inside: "bag/b", at: 0}], "says something else than the directory"],
    "the same bytes for two names": [
      [
        {...good, name: "bag/a"},
        {name: "bag/b", bytes: "a", at: 0, inside: "bag/b"}
      ],
      "says something else"
    ],
    "another name inside": [[{...good, inside: "bag/b"}], "says something else than the directory"]
  };
  for (const [what, [members, words]] of Object.entries(cases))
    it(`is refused: ${what}`, async () => {
      const [error, ...written] = await tryUnpack(forge(...members));
      expect(error).toMatch(/^UsageError: the zip is refused: /);
      expect(error).toContain(words);
      expect(written.every((path) => path.startsWith("bag/"))).toBe(true);
      expect(readdirSync(tmpdir()).includes("evil")).toBe(false);
    });

  it("is refused before it fills the disk: a bomb", async () => {
    const bomb = forge({name: "bag/a", bytes: "\0".repeat(100 * 1024 * 1024), method: 8});
    expect(readFileSync(bomb).length).toBeLessThan(200_000);
    const [error, ...written] = await tryUnpack(bomb);
    expect(error).toContain("more than 100 times its own size; unpack it yourself, and verify the folder");
    expect(written).toEqual([]);
    expect((await tryUnpack(forge({...good, claims: 0xfff_ffff})))[0]).toContain("more than 100 times its own size");
  });

  it("is refused when it is cut, or nothing but a beginning", async () => {
    const whole = readFileSync(forge(good, {name: "bag/b", bytes: "b"}));
    for (let length = 0; length < whole.length; length += 3) {
      const path = join(folder, "cut.zip");
      writeFileSync(path, whole.subarray(0, length));
      expect((await tryUnpack(path))[0]).toMatch(/^UsageError: /);
    }
  });
});

it("a zip of others is read as well, compressed and with folders", async () => {
  mkdirSync(join(folder, "src/bag/deep"), {recursive: true});
  writeFileSync(join(folder, "src/bag/deep/text"), "text\n".repeat(10_000));
  writeFileSync(join(folder, "src/bag/empty"), "");
  const script = "import shutil; shutil.make_archive('others', 'zip', 'src', 'bag')";
  await execa("python3", ["-c", script], {cwd: folder});
  expect(await tryUnpack(join(folder, "others.zip"))).toEqual(["bag/deep/text", "bag/empty"]);
});

it("a zip that is written has the same bytes as one that is written again, and other programs read it", async () => {
  const make = (): Buffer => {
    const path = join(folder, `${++count}.zip`);
    const sink = openZipSink(path, "bag");
    sink.begin("data/ä");
    sink.write(Buffer.from("one "));
    sink.write(Buffer.from("two"));
    sink.begin("empty");
    sink.close();
    return readFileSync(path);
  };
  expect(make().equals(make())).toBe(true);
  const {stdout} = await execa("python3", ["-m", "zipfile", "-t", join(folder, `${count}.zip`)]);
  expect(stdout).toContain("Done testing");
  expect(await tryUnpack(join(folder, `${count}.zip`))).toEqual(["bag/data/ä", "bag/empty"]);
});

describe("paths and manifests of an archive", () => {
  it("hold no character that a manifest would have to write otherwise", () => {
    expect(["../a", "100%/b", "a\\b", "a\nb", "a=b", "ä/ö", "./x"].map(bagPath)).toEqual([
      "=2E=2E/a",
      "100=25/b",
      "a=5Cb",
      "a=0Ab",
      "a=3Db",
      "ä/ö",
      "=2E/x"
    ]);
    expect(["a/../b", "/a", "", "a//b", "C:/x", "a\\b"].map(isSafePath)).toEqual(Array(6).fill(false));
  });

  it("are read only as they are written", () => {
    const text = manifestText(
      new Map([
        ["data/b", "b".repeat(64)],
        ["data/a", "a".repeat(64)]
      ])
    );
    expect(readManifest(text)).toEqual(
      new Map([
        ["data/a", "a".repeat(64)],
        ["data/b", "b".repeat(64)]
      ])
    );
    const [first, second] = text.split("\n");
    for (const other of [
      text.slice(0, -1),
      text.toUpperCase(),
      `${second}\n${first}\n`,
      `${first}\n${first}\n`,
      `${text}\n`,
      text.replace("  ", " *"),
      text.replace("data/a", "../a")
    ])
      expect(typeof readManifest(other), other).toBe("string");
  });
});

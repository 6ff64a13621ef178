import {execFileSync} from "node:child_process";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {createMatcher} from "../../src/runtime/matcher.ts";
import {createRedactor} from "../../src/runtime/redact.ts";
import {secretForms} from "../../src/runtime/secret-forms.ts";

function redactIn(
  redactor: ReturnType<typeof createRedactor>,
  parts: readonly Uint8Array[]
): {readonly text: string; readonly count: number} {
  const stream = redactor.stream();
  const out = [...parts.map((part) => stream.write(part)), stream.end()];
  return {text: Buffer.concat(out).toString("latin1"), count: stream.count};
}
const cut = (bytes: Buffer, size: number): readonly Buffer[] =>
  Array.from({length: Math.ceil(bytes.length / size)}, (_, index) => bytes.subarray(index * size, (index + 1) * size));

describe("the redactor", () => {
  test("finds a secret however the pipe cut it", () => {
    const redactor = createRedactor();
    redactor.add("TOKEN", "s3cr3t-t0ken");
    const text = Buffer.from("a s3cr3t-t0ken b s3cr3t-s3cr3t-t0kens3cr3t-t0ken s3cr3t-t0ke");
    for (let size = 1; size <= text.length; size++) {
      expect(redactIn(redactor, cut(text, size))).toEqual({
        text: "a [redacted:TOKEN] b s3cr3t-[redacted:TOKEN][redacted:TOKEN] s3cr3t-t0ke",
        count: 3
      });
    }
  });

  test("holds back only what may be the beginning of a secret", () => {
    const redactor = createRedactor();
    redactor.add("TOKEN", "s3cr3t-t0ken");
    const stream = redactor.stream();
    expect(Buffer.from(stream.write(Buffer.from("Password: "))).toString()).toBe("Password: ");
    expect(Buffer.from(stream.write(Buffer.from("type s3cr"))).toString()).toBe("type ");
    expect(Buffer.from(stream.write(Buffer.from("ets!"))).toString()).toBe("s3crets!");
  });

  test("covers secrets that overlap, under one mark", () => {
    const redactor = createRedactor();
    redactor.add("A", "alphabeta");
    redactor.add("B", "betagamma");
    redactor.add("C", "alphabetagammadelta");
    for (const size of [1, 3, 100]) {
      expect(redactIn(redactor, cut(Buffer.from("-alphabetagamma-"), size)).text).toBe("-[redacted:A]-");
      expect(redactIn(redactor, cut(Buffer.from("-alphabetagammadelta-"), size)).text).toBe("-[redacted:C]-");
    }
  });

  test("keeps up with a secret that repeats itself for ever", () => {
    const redactor = createRedactor();
    redactor.add("A", "aaaaaaaa");
    const stream = redactor.stream();
    let written = 0;
    for (let index = 0; index < 1000; index++) written += stream.write(Buffer.from("a".repeat(100))).length;
    expect(written + stream.end().length).toBe("[redacted:A]".length);
  });

  test("learns a secret while a stream is open", () => {
    const redactor = createRedactor();
    const stream = redactor.stream();
    expect(Buffer.from(stream.write(Buffer.from("pass"))).toString()).toBe("pass");
    redactor.add("P", "password1");
    expect(Buffer.from(stream.write(Buffer.from(" password1."))).toString()).toBe(" [redacted:P].");
  });

  const ways: readonly (readonly [name: string, print: string])[] = [
    ["as it is", 'printf %s "$S"'],
    ["quoted by declare -p", "declare -p S"],
    ["quoted by declare -p in the C locale", "LC_ALL=C; declare -p S"],
    ["quoted by %q", 'printf %q "$S"'],
    ["quoted by %q in the C locale", 'LC_ALL=C printf %q "$S"'],
    ["quoted by @Q", 'printf %s "${S@Q}"'],
    ["traced", 'exec 2>&1; set -x; : "$S"'],
    ["in base64", 'printf %s "$S" | base64 -w0'],
    ["in base64 with a newline", 'base64 -w0 <<< "$S"'],
    ["in base64 after a user name", 'printf "user:%s" "$S" | base64 -w0'],
    ["in base64 after two letters", 'printf "ab%s" "$S" | base64 -w0'],
    ["in hexadecimal", 'printf %s "$S" | od -An -v -tx1 | tr -d " \\n"']
  ];
  test.each(ways)("knows a secret %s", (_, print) => {
    for (const secret of [
      "s3cr3t-t0ken",
      "pa's/w+rd:é9",
      'say "$HOME" `x` \\n',
      "tab\there!!",
      "space and, comma",
      "#hash~tilde^",
      "ünïcödé-пароль",
      "{json:[1]}=*?"
    ]) {
      const redactor = createRedactor();
      redactor.add("S", secret);
      const printed = execFileSync("bash", ["-c", print], {
        stdio: ["ignore", "pipe", "ignore"],
        env: {PATH: process.env.PATH, S: secret, LANG: "C.UTF-8"}
      });
      const {text, count} = redactIn(redactor, cut(printed, 7));
      expect(count, `${JSON.stringify(secret)} printed as ${printed}`).toBeGreaterThan(0);
      expect(text).toContain("[redacted:S]");
    }
  });

  test("lets none of a secret's forms through, whatever is around it and however it is cut", () => {
    fc.assert(
      fc.property(
        fc.string({minLength: 8, maxLength: 24, unit: "binary"}),
        fc.string(),
        fc.string(),
        fc.integer({min: 1, max: 9}),
        (secret, before, after, size) => {
          fc.pre(!secret.includes("\0"));
          const redactor = createRedactor();
          redactor.add("SECRET", secret);
          for (const form of secretForms(secret, 4)) {
            const {text} = redactIn(redactor, cut(Buffer.concat([Buffer.from(before), form, Buffer.from(after)]), size));
            expect(text.replaceAll("[redacted:SECRET]", "")).not.toContain(form.toString("latin1"));
          }
        }
      ),
      {numRuns: 200}
    );
  });

  const secret = "s3cr3t-t0ken";
  test.each([
    ["colours between its letters", Array.from(secret, (letter, at) => `\x1b[3${at % 8}m${letter}\x1b[0m`).join("")],
    ["a colour at one place", `s3cr3t\x1b[1;31m-t0ken`],
    ["a link and a title inside", `s3\x1b]8;;https://a.example\x1b\\cr3t\x1b]0;title\x07-t0ken`],
    ["letters struck twice, as for a printer", Array.from(secret, (letter) => `${letter}\b${letter}`).join("")],
    ["letters underlined, as for a printer", Array.from(secret, (letter) => `_\b${letter}`).join("")],
    ["a typing error corrected", "s3crX\b3t-t0ken"],
    ["a NUL after each letter, as UTF-16 has it", Array.from(secret, (letter) => `${letter}\0`).join("")],
    ["a change of the character set", `s3cr\x1b(B3t-t0\x1b=ken`]
  ])("finds a secret with %s, however it is cut", (_, printed) => {
    const redactor = createRedactor();
    redactor.add("TOKEN", secret);
    const text = Buffer.from(`\x1b[32mbefore ${printed} after\x1b[0m s3cr\x1b[1m.`);
    for (const size of printed.includes("X\b") ? [text.length] : Array.from(text, (_, at) => at + 1)) {
      const found = redactIn(redactor, cut(text, size));
      expect(found.count).toBe(1);
      expect(found.text.replace(/\[redacted:TOKEN\][^ ]*/, "M")).toMatch(/^\x1b\[32mbefore [^s]*M after\x1b\[0m s3cr\x1b\[1m\.$/);
    }
  });

  test("holds back no more than it must, whatever stands inside", () => {
    const redactor = createRedactor();
    redactor.add("TOKEN", secret);
    const stream = redactor.stream();
    const flood = Buffer.from(`s${"\x1b[31m".repeat(20_000)}`);
    expect(flood.length - stream.write(flood).length).toBeLessThan(20_000);
    expect(stream.write(Buffer.from("\x1b]0;never ended")).length).toBeLessThan(flood.length);
    const all = redactor.stream();
    const out = Buffer.concat([all.write(flood), all.write(Buffer.from("\n.")), all.end()]);
    expect(out.equals(Buffer.concat([flood, Buffer.from("\n.")]))).toBe(true);
  });

  test("finds the lines of a key, also indented", () => {
    const redactor = createRedactor();
    redactor.add("KEY", "-----BEGIN KEY-----\nabcdefghijkl\nmnopqrstuvwx\n-----END KEY-----\n");
    expect(redactor.text("x:\n  abcdefghijkl\r\n  mnopqrstuvwx\r\n").text).toBe("x:\n  [redacted:KEY]\r\n  [redacted:KEY]\r\n");
  });
});

describe("the matcher", () => {
  test.each([
    {shortest: 2, longest: 6},
    {shortest: 8, longest: 12}
  ])("finds what a plain search finds, with patterns of $shortest to $longest bytes", ({shortest, longest}) => {
    const word = fc.string({minLength: shortest, maxLength: longest, unit: fc.constantFrom("a", "b", "c")});
    const other = fc.string({maxLength: 12, unit: fc.constantFrom("a", "b", "c", "d")});
    fc.assert(
      fc.property(fc.array(word, {minLength: 1, maxLength: 8}), fc.array(fc.oneof(other, fc.nat(7)), {maxLength: 8}), (words, pieces) => {
        const text = pieces.map((piece) => (typeof piece === "string" ? piece : (words[piece] ?? ""))).join("");
        const matcher = createMatcher(words.map((word) => Buffer.from(word)));
        const starts = Array.from(
          text,
          (_, at) => words.filter((word) => text.startsWith(word, at)).sort((a, b) => b.length - a.length)[0]
        );
        const first = starts.findIndex((word) => word !== undefined);
        const found = matcher.find(Buffer.from(text), 0, text.length);
        expect(found && {start: found.start, end: found.end}).toEqual(
          first === -1 ? null : {start: first, end: first + starts[first]!.length}
        );
        const tail = Array.from(text, (_, at) => at).find((at) =>
          words.some((word) => word.length > text.length - at && word.startsWith(text.slice(at)))
        );
        expect(matcher.beginning(Buffer.from(text), 0, text.length)).toBe(tail ?? text.length);
      })
    );
  });
});

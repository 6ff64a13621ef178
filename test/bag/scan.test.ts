import {expect, it} from "vitest";

import {createScanner} from "../../src/bag/scan.ts";

function scan(
  text: string,
  {chunk = text.length, declared = {}}: {chunk?: number; declared?: Readonly<Record<string, string>>} = {}
): readonly string[] {
  const scanner = createScanner(new Map(Object.entries(declared)));
  scanner.begin("a");
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunk) scanner.write(bytes.subarray(at, at + chunk));
  return scanner.end().map(({offset, what}) => `${offset} ${what}`);
}

const jwt = `eyJ${"a1".repeat(10)}.eyJ${"b2".repeat(10)}.${"c3".repeat(10)}`;
const secrets: Readonly<Record<string, string>> = {
  "-----BEGIN OPENSSH PRIVATE KEY-----": "a private key",
  "-----BEGIN PGP PRIVATE KEY BLOCK-----": "a private key",
  "postgres://app:hunter22@db.example.com/app": "a password in a URL",
  "amqp://app:p%40ss@[::1]:5672": "a password in a URL",
  [jwt]: "a JSON web token",
  AKIAABCDEFGHIJKLMNOP: "a key of AWS",
  [`aws_secret_access_key = ${"aB3/".repeat(10)}`]: "a secret key of AWS",
  [`ghp_${"a1B2".repeat(9)}`]: "a token of GitHub",
  "glpat-abcdefghij0123456789": "a token of GitLab",
  "xoxb-0123456789-abcdef": "a token of Slack",
  [`AIza${"a1B2c".repeat(7)}`]: "a key of Google",
  "SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy": "a password's hash of PostgreSQL",
  "Authorization: Bearer abcdefghijklmnopqrst": "credentials of a request"
};

it("shapes of common credentials are found, wherever a chunk ends", () => {
  for (const [secret, what] of Object.entries(secrets)) {
    const text = `${"x".repeat(700)} ${secret}\n${"y".repeat(700)}\n`;
    for (const chunk of [text.length, 1, 13, 710]) expect(scan(text, {chunk}), `${secret} by ${chunk}`).toEqual([`701 ${what}`]);
    expect(scan(secret)).toEqual([`0 ${what}`]);
  }
});

it("each of several that stand close together is found", () => {
  expect(scan("postgres://a:first1@h postgres://b:second2@h eyJ postgres://c:$X@h")).toEqual([
    "0 a password in a URL",
    "22 a password in a URL"
  ]);
});

it("what only resembles one is left alone", () => {
  const texts = [
    "postgres://app:[redacted:PGPASSWORD]@db/app",
    'postgres://app:$PASSWORD@db/app "postgres://app:${PASSWORD}@db/app"',
    "postgres://app:<password>@db/app and postgres://app:***@db/app",
    "see http://localhost:5432/x and mail@example.com, https://example.com/a:b@c",
    "eyJust a word, AKIA, ghp_, -----BEGIN PUBLIC KEY-----",
    "Authorization: Bearer [redacted:TOKEN]"
  ];
  for (const text of texts) expect(scan(text), text).toEqual([]);
});

it("declared values are found in every form they may be printed in", () => {
  const declared = {API_WORD: "correct horse/battery"};
  for (const text of [
    "correct horse/battery",
    "correct%20horse%2Fbattery",
    Buffer.from("correct horse/battery").toString("base64"),
    "correct horse\\/battery"
  ])
    expect(scan(`a ${text} b`, {declared, chunk: 5})[0], text).toContain("the value of API_WORD");
  expect(scan("nothing of it", {declared})).toEqual([]);
});

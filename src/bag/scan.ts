/**
 * Looks for secrets in what is about to be archived: the values that this process was given, in every form they may be printed in,
 * and the shapes of common credentials. A net against accidents: whoever wants to hide one can.
 */
import type {Match} from "../runtime/matcher.ts";
import {createMatcher} from "../runtime/matcher.ts";
import {secretForms} from "../runtime/secret-forms.ts";

/** Where something stands that looks like a secret. What stands there is not in it. */
export interface Finding {
  readonly path: string;
  readonly offset: number; // in bytes
  readonly what: string;
}
export interface Scanner {
  begin(path: string): void;
  write(bytes: Uint8Array): void;
  end(): readonly Finding[];
}

interface Shape {
  readonly what: string;
  readonly anchors: readonly string[]; // every one of its texts has one of them
  readonly pattern: RegExp; // on the text around an anchor
  readonly maybe?: (text: Uint8Array, start: number) => boolean; // a cheap look around an anchor that stands everywhere
  readonly before?: number; // an anchor stands at most so far inside
}

const before = 64;
const mostBefore = 320;
const behind = 512;
const mostFindings = 1000;
const shortest = 4;

const shapes: readonly Shape[] = [
  {
    what: "a private key",
    anchors: ["PRIVATE KEY-----", "PRIVATE KEY BLOCK-----"],
    pattern: /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/
  },
  {
    what: "a password in a URL",
    anchors: ["@"], // rarer than "://"
    maybe: followsScheme,
    before: mostBefore,
    pattern: /[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s:@/?#'"`<>\\]*:(?!\[redacted:|\$|<|\{|\*|%24|…|\.\.\.)[^\s@/'"`<>\\]+@[A-Za-z0-9[]/
  },
  {what: "a JSON web token", anchors: ["eyJ"], pattern: /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/},
  {what: "a key of AWS", anchors: ["AKIA", "ASIA"], pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/},
  {
    what: "a secret key of AWS",
    anchors: ["secret_access_key", "SECRET_ACCESS_KEY", "SecretAccessKey"],
    pattern: /(?:aws_)?secret_?access_?key["']?\s*[=:]\s*["']?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])/i
  },
  {
    what: "a token of GitHub",
    anchors: ["ghp_", "gho_", "ghs_", "ghu_", "ghr_", "github_pat_"],
    pattern: /\b(?:gh[opsur]_[A-Za-z0-9]{36}|github_pat_\w{22,})/
  },
  {what: "a token of GitLab", anchors: ["glpat-"], pattern: /\bglpat-[\w-]{20,}/},
  {what: "a token of Slack", anchors: ["xoxa-", "xoxb-", "xoxp-", "xoxr-", "xoxs-"], pattern: /\bxox[abprs]-[A-Za-z0-9-]{10,}/},
  {what: "a key of Google", anchors: ["AIza"], pattern: /\bAIza[0-9A-Za-z_-]{35}/},
  {what: "a key of Stripe", anchors: ["sk_live_"], pattern: /\bsk_live_[0-9A-Za-z]{16,}/},
  {what: "a key of Azure storage", anchors: ["AccountKey="], pattern: /AccountKey=[A-Za-z0-9+/]{40,}/},
  {what: "a password's hash of PostgreSQL", anchors: ["SCRAM-SHA-256$"], pattern: /SCRAM-SHA-256\$\d+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:/},
  {
    what: "credentials of a request",
    anchors: ["uthorization: "],
    pattern: /[Aa]uthorization: (?:Basic|Bearer) (?!\[redacted)[A-Za-z0-9+/=._~-]{16,}/
  }
];

/** Whether "://" stands before, in the same word. */
function followsScheme(text: Uint8Array, start: number): boolean {
  for (let at = start - 1; at >= Math.max(2, start - mostBefore) && text[at]! > 0x20; at--)
    if (text[at] === 0x2f && text[at - 1] === 0x2f && text[at - 2] === 0x3a) return true;
  return false;
}

export function createScanner(declared: ReadonlyMap<string, string>): Scanner {
  const patterns: Uint8Array[] = [];
  const meanings: (Shape | string)[] = [];
  const short: {readonly anchor: Buffer; readonly shape: Shape}[] = []; // the matcher is slow where its shortest pattern is short
  for (const shape of shapes)
    for (const text of shape.anchors) {
      const anchor = Buffer.from(text);
      if (anchor.length < shortest) short.push({anchor, shape});
      else {
        patterns.push(anchor);
        meanings.push(shape);
      }
    }
  for (const [name, value] of declared)
    for (const form of secretForms(value, 6)) {
      patterns.push(form);
      meanings.push(`the value of ${name}`);
    }
  const matcher = createMatcher(patterns);
  const overlap = mostBefore + behind + matcher.longest;
  const findings: Finding[] = [];
  let path = "";
  let tail: Buffer = Buffer.alloc(0);
  let at = 0; // where in the file the tail begins
  let looked = 0; // up to where anchors have been dealt with, from the start of the file

  return {
    begin(next) {
      finish();
      path = next;
      tail = Buffer.alloc(0);
      at = 0;
      looked = 0;
    },
    write(bytes) {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      if (text.length > 2 * overlap) {
        // What stands over the edge by itself, so that a large chunk need not be copied.
        if (tail.length > 0) look(Buffer.concat([tail, text.subarray(0, overlap)]), tail.length + mostBefore);
        at += tail.length;
        keep(text);
      } else keep(Buffer.concat([tail, text]));
    },
    end() {
      finish();
      return findings;
    }
  };

  function keep(text: Buffer): void {
    look(text, Math.max(0, text.length - overlap));
    tail = Buffer.from(text.subarray(Math.max(0, text.length - 2 * overlap)));
    at += text.length - tail.length;
  }

  function finish(): void {
    look(tail, tail.length);
    const first = findings.findIndex((finding) => finding.path === path);
    if (first !== -1) findings.push(...findings.splice(first).sort((a, b) => a.offset - b.offset));
  }

  /** Anchors that begin before `until`: of those the rest is there to be read. */
  function look(text: Buffer, until: number): void {
    let from = Math.max(0, looked - at);
    while (findings.length < mostFindings) {
      const match = matcher.find(text, from, text.length);
      if (match === null || match.start >= until) break;
      judge(text, match);
      from = match.start + 1;
    }
    for (const {anchor, shape} of short) {
      from = Math.max(0, looked - at);
      for (
        let start = text.indexOf(anchor, from);
        start !== -1 && start < until && findings.length < mostFindings;
        start = text.indexOf(anchor, start + 1)
      )
        judgeShape(text, shape, start, start + anchor.length);
    }
    looked = Math.max(looked, at + until);
  }

  function judge(text: Buffer, {start, end, pattern}: Match): void {
    const meaning = meanings[pattern]!;
    if (typeof meaning === "string") {
      note(start, meaning);
      return;
    }
    judgeShape(text, meaning, start, end);
  }

  function judgeShape(text: Buffer, shape: Shape, start: number, end: number): void {
    if (shape.maybe && !shape.maybe(text, start)) return;
    const begin = Math.max(0, start - (shape.before ?? before));
    const around = text.toString("latin1", begin, Math.min(text.length, end + behind));
    const pattern = new RegExp(shape.pattern, `${shape.pattern.flags}g`);
    for (let found = pattern.exec(around); found !== null; found = pattern.exec(around))
      if (begin + found.index <= start && begin + found.index + found[0].length >= end) note(begin + found.index, shape.what);
  }

  function note(offset: number, what: string): void {
    const here = at + offset;
    if (findings.some((finding) => finding.path === path && finding.what === what && finding.offset === here)) return;
    findings.push({path, offset: here, what});
  }
}

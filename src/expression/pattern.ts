import type {RE2JS} from "re2js";
import {ExpressionError} from "./error.ts";
import {lazily} from "./lazily.ts";

/** A regular expression (RE2 syntax) whose matching takes time linear in the text, whatever the pattern. */
export interface Pattern {
  /** It matches somewhere in the text. */
  matches(text: string): boolean;
  /** It matches the text from its first character to its last. */
  matchesWhole(text: string): boolean;
}

const re2 = lazily<typeof import("re2js")>("re2js");
const LONGEST = 10_000;
const kept = new Map<string, Pattern>();

export function compilePattern(pattern: string): Pattern {
  const known = kept.get(pattern);
  if (known) return known;
  if (pattern.length > LONGEST) throw new ExpressionError(`a regular expression of ${pattern.length} characters is too long`);
  const compiled = compile(pattern);
  const made = {matches: (text: string) => compiled.matcher(text).find(), matchesWhole: (text: string) => compiled.matcher(text).matches()};
  if (kept.size > 200) kept.clear();
  kept.set(pattern, made);
  return made;
}

function compile(pattern: string): RE2JS {
  try {
    return re2().RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof re2().RE2JSException)) throw error;
    throw new ExpressionError(`"${pattern}" is no regular expression (RE2): ${error.message.replace(/^error parsing regexp: /, "")}`, {
      cause: error
    });
  }
}

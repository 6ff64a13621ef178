import {compile} from "./compile.ts";
import {evaluate} from "./evaluate.ts";
import type {Scope} from "./scope.ts";
import {show} from "./value.ts";

const LONGEST = 1000;
const LONGEST_VALUE = 200;

/** The actual values of what the expression reads: `rows[0].n = 3, vars.EXPECTED = "4"`; at most about 1,000 characters. */
export function explain(source: string, scope: Scope): string {
  const parts: string[] = [];
  let left = LONGEST;
  const {paths} = compile(source);
  for (const path of paths) {
    const part = `${path} ${actual(path, scope)}`;
    if (part.length > left) {
      parts.push(`… and ${paths.length - parts.length} more`);
      break;
    }
    parts.push(part);
    left -= part.length + 2;
  }
  return parts.join(", ");
}

function actual(path: string, scope: Scope): string {
  try {
    const value = evaluate(path, scope);
    if (Array.isArray(value) && value.length > 3) return `= ${show(value.slice(0, 3), LONGEST_VALUE)} and ${value.length - 3} more`;
    return `= ${show(value, LONGEST_VALUE)}`;
  } catch (error) {
    return `has no value: ${error instanceof Error ? error.message.slice(0, LONGEST_VALUE) : String(error)}`;
  }
}

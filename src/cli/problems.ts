import type {Problem} from "../model/runbook.ts";
import {count} from "./terminal/amounts.ts";
import type {Paint} from "./terminal/paint.ts";
import {quiet} from "./terminal/words.ts";

/** Problems one a line, `path:line:column  severity  message  rule`, in columns for each file. */
export function problemLines(problems: readonly Problem[], paint: Paint): readonly string[] {
  const rows = inOrder(problems).map(({path, span, severity, message, rule}) => ({
    severity,
    rule,
    place: `${quiet(path)}:${span.line}:${span.column}`,
    message: quiet(message)
  }));
  const widest = (field: "place" | "severity"): number => Math.max(...rows.map((row) => row[field].length));
  return rows.map(({place, severity, message, rule}) => {
    const colour = severity === "error" ? paint.red : paint.yellow;
    return `${place.padEnd(widest("place"))}  ${colour(severity.padEnd(widest("severity")))}  ${message}  ${paint.dim(rule)}`;
  });
}

/** "2 errors, 1 warning". */
export function countProblems(problems: readonly Problem[]): string {
  const errors = problems.filter(({severity}) => severity === "error").length;
  const warnings = problems.length - errors;
  const counts = [...(errors > 0 ? [count(errors, "error")] : []), ...(warnings > 0 ? [count(warnings, "warning")] : [])];
  return counts.length > 0 ? counts.join(", ") : "no problems";
}

export const inOrder = (problems: readonly Problem[]): readonly Problem[] =>
  problems.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.span.line - b.span.line || a.span.column - b.span.column));

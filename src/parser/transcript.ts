import type {FenceLine} from "./cell.ts";

/**
 * The commands of a transcript: lines that start with the prompt. What they printed is sample output. A command that ends in a
 * backslash goes on in the next line, which a shell shows with `> `.
 *
 *     $ pg_dump shop \
 *     > > shop.sql
 *     pg_dump: done
 */
export function transcribe(lines: readonly FenceLine[], prompt: string): readonly FenceLine[] {
  const commands: FenceLine[] = [];
  let goesOn = false;
  for (const line of lines) {
    const start = goesOn ? (line.text.startsWith("> ") ? 2 : 0) : line.text.startsWith(`${prompt} `) ? prompt.length + 1 : null;
    if (start === null) continue;
    const text = line.text.slice(start);
    commands.push({text, line: line.line, column: line.column + start});
    goesOn = /(^|[^\\])(\\\\)*\\$/.test(text);
  }
  return commands;
}

export interface DifferingLines {
  readonly lines: readonly {readonly of: "first" | "second"; readonly text: string}[]; // in order
  readonly more: number; // lines that differ and are not listed
}

const mostCells = 1_000_000;
const mostLines = 200;

/** The lines that only one of two texts has; null when they have the same. */
export function compareLines(first: readonly string[], second: readonly string[]): DifferingLines | null {
  let from = 0;
  while (from < first.length && from < second.length && first[from] === second[from]) from++;
  let cut = 0;
  while (cut < first.length - from && cut < second.length - from && first.at(-1 - cut) === second.at(-1 - cut)) cut++;
  const a = first.slice(from, first.length - cut);
  const b = second.slice(from, second.length - cut);
  if (a.length === 0 && b.length === 0) return null;
  const all =
    a.length * b.length > mostCells
      ? [...a.map((text) => ({of: "first" as const, text})), ...b.map((text) => ({of: "second" as const, text}))]
      : align(a, b);
  return {lines: all.slice(0, mostLines), more: Math.max(0, all.length - mostLines)};
}

/** By the longest common subsequence. */
function align(a: readonly string[], b: readonly string[]): DifferingLines["lines"] {
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] =
        a[i] === b[j] ? common[(i + 1) * width + j + 1]! + 1 : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
  const found: {of: "first" | "second"; text: string}[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && common[(i + 1) * width + j]! >= common[i * width + j + 1]!))
      found.push({of: "first", text: a[i++]!});
    else found.push({of: "second", text: b[j++]!});
  }
  return found;
}

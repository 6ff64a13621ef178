/** The known name that a wrong one most likely meant; null when none is near. */
export function nearest(name: string, known: Iterable<string>): string | null {
  const wanted = name.toLowerCase();
  let best: string | null = null;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const away = candidate.toLowerCase() === wanted ? 0 : distance(wanted, candidate.toLowerCase(), least);
    if (away < least) [best, least] = [candidate, away];
  }
  return best;
}

/** `; did you mean "timeout"?`, or nothing. */
export function hint(name: string, known: Iterable<string>): string {
  const found = nearest(name, known);
  return found === null ? "" : `; did you mean "${found}"?`;
}

/** As `hint`; where none is near, all there are to choose from. */
export function choices(name: string, known: Iterable<string>): string {
  const names = [...known];
  return hint(name, names) || (names.length === 0 ? "" : `; there ${names.length === 1 ? "is" : "are"} ${names.join(", ")}`);
}

/** Edits (insert, delete, replace, swap neighbours) between two words, or `limit` if there are at least so many. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let above = Array.from({length: b.length + 1}, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(above[column]! + 1, line[column - 1]! + 1, above[column - 1]! + (same ? 0 : 1));
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        cost = Math.min(cost, before[column - 2]! + 1);
      line.push(cost);
    }
    [before, above] = [above, line];
  }
  return above[b.length]!;
}

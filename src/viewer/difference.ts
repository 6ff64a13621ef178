export interface DifferentLine {
  readonly sign: " " | "-" | "+";
  readonly text: string;
  readonly line: number | null; // in the new text, from 1
}

const mostSteps = 4_000_000; // beyond that a person reads both texts anyway

/** How one text becomes another, line by line, with as few changes as there can be. */
export function differenceOf(before: string, after: string): readonly DifferentLine[] {
  const [old, fresh] = [before.split("\n"), after.split("\n")];
  const width = fresh.length + 1;
  if (old.length * fresh.length > mostSteps) return [...old.map((text) => gone(text)), ...fresh.map((text, place) => added(text, place))];
  // common[i, j]: the length of the longest list of lines that both texts share from there on
  const common = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = fresh.length - 1; j >= 0; j--)
      common[i * width + j] =
        old[i] === fresh[j] ? common[(i + 1) * width + j + 1]! + 1 : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
  const lines: DifferentLine[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < fresh.length) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      lines.push({sign: " ", text: old[i]!, line: j + 1});
      i++;
      j++;
    } else if (j >= fresh.length || (i < old.length && common[(i + 1) * width + j]! >= common[i * width + j + 1]!))
      lines.push(gone(old[i++]!));
    else lines.push(added(fresh[j]!, j++));
  }
  return lines;
}

const gone = (text: string): DifferentLine => ({sign: "-", text, line: null});
const added = (text: string, place: number): DifferentLine => ({sign: "+", text, line: place + 1});

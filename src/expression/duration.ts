const UNITS: Readonly<Record<string, number>> = {ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000};

/** "90s", "1h30m", "1d", "1.5h", "250ms" in milliseconds; a sign is allowed. Null if it is no duration. */
export function parseDuration(text: string): number | null {
  const found = /^([+-]?)((?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+)$/.exec(text.trim());
  if (!found) return null;
  let total = 0;
  for (const [, amount, unit] of found[2]!.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) total += Number(amount) * UNITS[unit!]!;
  return found[1] === "-" ? -total : total;
}

/** "1h30m", "90ms", "2d": the shortest exact writing in whole units. */
export function formatDuration(ms: number): string {
  if (ms === 0) return "0s";
  let left = Math.round(Math.abs(ms));
  let text = ms < 0 ? "-" : "";
  for (const [unit, size] of [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
    ["ms", 1]
  ] as const) {
    const count = Math.floor(left / size);
    if (count > 0) text += `${count}${unit}`;
    left -= count * size;
  }
  return text;
}

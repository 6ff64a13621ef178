/** A duration as people read it: "0.4s", "42s", "3m 20s", "1h 5m"; for measures, where milliseconds do not matter beyond a minute. */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < 1000) return `${Math.round(ms)}ms`;
  if (ms < 10_000) return `${(Math.floor(ms / 100) / 10).toString()}s`;
  const seconds = Math.floor(ms / 1000);
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const n = Math.floor(seconds / size) % (unit === "d" ? Number.POSITIVE_INFINITY : unit === "h" ? 24 : 60);
    if (n > 0) parts.push(`${n}${unit}`);
  }
  return parts.slice(0, 2).join(" ");
}

const units = [
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
  ["s", 1]
] as const;

import {UsageError} from "../model/usage-error.ts";

const UNITS: Readonly<Record<string, number>> = {ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000};

/** `--timeout 1h30m` in milliseconds. */
export function timeLimit(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) throw new UsageError(`--timeout expects a duration like 90s or 1h30m, found "${text}"`);
  const limit = Array.from(text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g), ([, number, unit]) => Number(number) * UNITS[unit!]!).reduce(
    (sum, part) => sum + part,
    0
  );
  if (limit <= 0 || limit > 2 ** 31 - 1) throw new UsageError(`--timeout expects more than nothing and at most 24d, found "${text}"`);
  return limit;
}

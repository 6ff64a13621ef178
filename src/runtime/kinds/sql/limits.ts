/**
 * The server itself ends a statement, or its wait for a lock, that takes longer than the attempt may: also where no cancel request
 * reaches it. What a cell has set itself holds where it is shorter, and comes back when the next cell begins.
 */
import type {Connected} from "./connect.ts";

const names = ["statement_timeout", "lock_timeout"] as const;
const mostMs = 2 ** 31 - 1;
const question = `select ${names.map((name) => `pg_catalog.current_setting('${name}')`).join(", ")}`;

/** `settings` are sent along. Nothing can be set in a transaction that has failed. */
export async function setLimits(connected: Connected, timeoutMs: number | null, settings: readonly string[] = []): Promise<void> {
  const {limits} = connected;
  if (timeoutMs === null && limits.size === 0) {
    if (settings.length > 0) await connected.ask(settings.join("; "));
    return;
  }
  const [current = []] = await connected.ask([...settings, question].join("; "));
  const changes = names.flatMap((name, place) => {
    const now = toMs(current[place] ?? "0");
    const own = limits.get(`${name}=${now}`) ?? now; // ours may stand there still, or again after a rollback
    const ours = timeoutMs === null ? null : Math.min(Math.ceil(timeoutMs) + 1, mostMs); // hardly anybody sets such a number
    const wanted = ours !== null && (own === 0 || own > ours) ? ours : own;
    if (wanted !== own) limits.set(`${name}=${wanted}`, own);
    return wanted === now ? [] : [`pg_catalog.set_config('${name}', '${wanted}', false)`];
  });
  if (changes.length > 0) await connected.ask(`select ${changes.join(", ")}`);
}

/** The server ended it, and no sooner than the attempt's own time was over. */
export const isOverLimit = (sqlstate: string | null, tookMs: number, timeoutMs: number | null): boolean =>
  timeoutMs !== null && tookMs >= timeoutMs && (sqlstate === "57014" || sqlstate === "55P03");

const units: Readonly<Record<string, number>> = {ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000};

function toMs(text: string): number {
  const [, amount = "0", unit = "ms"] = /^(\d+)(\w*)$/.exec(text) ?? [];
  return Number(amount) * (units[unit === "" ? "ms" : unit] ?? 1);
}

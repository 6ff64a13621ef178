/** Times and sizes as people read them; no locale, so that everybody reads the same. */
import type {Outcome} from "../model/event.ts";
import type {StepRun} from "../model/run.ts";
import {unreachable} from "../model/unreachable.ts";

/** `340 ms`, `4.2 s`, `12 min 04 s`, `1 h 02 min`. */
export function duration(ms: number): string {
  if (ms < 0) return `−${duration(-ms)}`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
}

/** A duration that somebody wrote: `30 s`, `1 h`, `1 h 30 min`. */
export function span(ms: number): string {
  const units = [
    [86_400_000, "d"],
    [3_600_000, "h"],
    [60_000, "min"],
    [1000, "s"],
    [1, "ms"]
  ] as const;
  const parts: string[] = [];
  for (const [size, unit] of units) {
    const count = Math.floor(ms / size);
    if (count > 0) parts.push(`${count} ${unit}`);
    ms -= count * size;
  }
  return parts.join(" ") || "0 s";
}

/** A running clock: `0:07`, `12:04`, `1:02:03`. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** `20:41:38 UTC`; the day only where it is asked for. */
export const timeOfDay = (at: string): string => `${at.slice(11, 19)} UTC`;
export const dayAndTime = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;

export function bytes(count: number): string {
  if (count < 1024) return count === 1 ? "1 byte" : `${count} bytes`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let size = count / 1024;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

export const number = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, " ");
export const plural = (count: number, one: string, many = `${one}s`): string => `${number(count)} ${count === 1 ? one : many}`;

/** How a step stands, in words for its head. */
export function stateWords(step: StepRun): string {
  switch (step.status) {
    case "pending":
    case "offered":
      return "";
    case "asked":
      return step.question.type === "confirmation" ? "asks to be confirmed" : "waits for an answer";
    case "running":
      return "running";
    case "background":
      return "ready, goes on in the background";
    case "skipped":
      return step.by === null ? "skipped" : `skipped by ${step.by}`;
    case "answered":
      return `${answerWord(step)} by ${step.by}`;
    case "ended":
      return endingWords(step.attempt.outcome, step.attempt.ending.durationMs);
    default:
      return unreachable(step);
  }
}

function answerWord(step: Extract<StepRun, {status: "answered"}>): string {
  switch (step.answer.type) {
    case "confirmed":
      return "confirmed";
    case "refused":
      return "refused";
    case "completed":
      return "completed";
    case "chosen":
      return "decided";
    case "repeated":
      return "to be repeated";
    case "done":
      return "marked done";
    case "skipped":
      return "skipped";
    default:
      return unreachable(step.answer);
  }
}

/** How an attempt ended, and after how long; of one that was lost nobody knows how long it went on. */
export function endingWords(outcome: Outcome, durationMs: number): string {
  const word = outcomeWord(outcome);
  return outcome.type === "lost" ? word : `${word} ${outcome.type === "timed-out" ? "after" : "in"} ${duration(durationMs)}`;
}

export function outcomeWord(outcome: Outcome): string {
  return outcome.type === "timed-out" ? "timed out" : outcome.type;
}

const two = (count: number): string => String(count).padStart(2, "0");

import type {Span} from "../model/runbook.ts";
import {tame} from "./reader.ts";
import type {Report} from "./source.ts";

/** Ids of one document: each is one thing's. Derived ones are made last, around those that are written. */
export class Ids {
  readonly #taken = new Map<string, Span>();
  readonly #waiting: {readonly wish: () => string; readonly take: (id: string) => void}[] = [];
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  /** Claims a written id; false if it has an owner already. */
  claim(id: string, span: Span): boolean {
    const owner = this.#taken.get(id);
    if (owner) {
      this.#report.add("id-duplicate", `id "${id}" is taken: line ${owner.line} has it`, span);
      return false;
    }
    this.#taken.set(id, span);
    return true;
  }

  /** An id will be made of `wish`, once all written ones are known. */
  derive(wish: () => string, take: (id: string) => void): void {
    this.#waiting.push({wish, take});
  }

  settle(): void {
    for (const {wish, take} of this.#waiting) {
      const plain = tame(wish());
      let id = plain;
      for (let n = 2; this.#taken.has(id); n++) id = `${plain}-again${n === 2 ? "" : `-${n}`}`;
      this.#taken.set(id, {line: 0, column: 0, endLine: 0, endColumn: 0});
      take(id);
    }
  }

  has(id: string): boolean {
    return this.#taken.has(id);
  }
}

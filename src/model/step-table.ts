import type {StepId} from "./runbook.ts";

const WIDTH = 64;

/**
 * A value for each planned step, immutable. Two levels of small arrays, so that a change copies about √n entries and not the
 * whole table: a run of 2,000 steps folds as fast as one of 20.
 */
export class StepTable<T> {
  readonly #places: ReadonlyMap<StepId, number>;
  readonly #rows: readonly (readonly (T | undefined)[])[];

  private constructor(places: ReadonlyMap<StepId, number>, rows: readonly (readonly (T | undefined)[])[]) {
    this.#places = places;
    this.#rows = rows;
  }

  static over<T>(ids: readonly StepId[]): StepTable<T> {
    return new StepTable(
      new Map(ids.map((id, place) => [id, place])),
      Array.from({length: Math.ceil(ids.length / WIDTH)}, () => [])
    );
  }

  has(id: StepId): boolean {
    return this.#places.has(id);
  }

  get(id: StepId): T | undefined {
    const place = this.#places.get(id);
    return place === undefined ? undefined : this.#rows[Math.floor(place / WIDTH)]?.[place % WIDTH];
  }

  /** A table in which these, which must be planned steps, have other values. */
  with(changed: ReadonlyMap<StepId, T>): StepTable<T> {
    if (changed.size === 0) return this;
    const rows = new Map<number, (T | undefined)[]>();
    for (const [id, value] of changed) {
      const place = this.#places.get(id);
      if (place === undefined) throw new RangeError(`step "${id}" is not in the plan`);
      const at = Math.floor(place / WIDTH);
      let row = rows.get(at);
      if (row === undefined) rows.set(at, (row = this.#rows[at]!.slice()));
      row[place % WIDTH] = value;
    }
    return new StepTable(
      this.#places,
      this.#rows.map((row, at) => rows.get(at) ?? row)
    );
  }

  *entries(): Generator<readonly [StepId, T]> {
    for (const id of this.#places.keys()) {
      const value = this.get(id);
      if (value !== undefined) yield [id, value];
    }
  }

  toJSON(): Readonly<Record<string, T>> {
    return Object.fromEntries(this.entries());
  }
}

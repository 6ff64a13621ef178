/**
 * An immutable list made for appending. Versions share one backing array: the newest version appends in place, an older one
 * copies first, and each sees only its own length. So a fold that appends n items costs n, not n².
 */
export class AppendLog<T> implements Iterable<T> {
  readonly length: number;
  readonly #items: T[];

  private constructor(items: T[], length: number) {
    this.#items = items;
    this.length = length;
  }

  static of<T>(...items: readonly T[]): AppendLog<T> {
    return new AppendLog([...items], items.length);
  }

  append(item: T): AppendLog<T> {
    const items = this.#items.length === this.length ? this.#items : this.#items.slice(0, this.length);
    items.push(item);
    return new AppendLog(items, items.length);
  }

  at(index: number): T | undefined {
    const place = index < 0 ? this.length + index : index;
    return place >= 0 && place < this.length ? this.#items[place] : undefined;
  }

  *[Symbol.iterator](): Generator<T> {
    for (let place = 0; place < this.length; place++) yield this.#items[place] as T;
  }

  toArray(): readonly T[] {
    return this.#items.slice(0, this.length);
  }

  toJSON(): readonly T[] {
    return this.toArray();
  }
}

/**
 * What a cell prints on a far side comes between two marks that nobody there can guess:
 *
 *     BEGIN  what it prints …  NUL END status NUL left NUL kept NUL hidden NUL state
 */
export class Envelope {
  begun = false;
  readonly #begin: Buffer;
  readonly #end: Buffer;
  #held: Buffer = Buffer.alloc(0); // may be the beginning of a mark
  #trailer: Buffer[] | null = null;

  constructor(begin: string, end: string) {
    this.#begin = Buffer.from(begin);
    this.#end = Buffer.from(`\0${end}`);
  }

  /** What of this the cell has printed. */
  take(bytes: Uint8Array): Uint8Array {
    if (this.#trailer) {
      this.#trailer.push(Buffer.from(bytes));
      return new Uint8Array(0);
    }
    let all = this.#held.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#held, bytes]);
    this.#held = Buffer.alloc(0);
    if (!this.begun) {
      const at = all.indexOf(this.#begin); // a login shell's own greeting may stand before it
      if (at < 0) {
        this.#held = all.subarray(-64 * 1024);
        return new Uint8Array(0);
      }
      this.begun = true;
      all = all.subarray(at + this.#begin.length);
    }
    const at = all.indexOf(this.#end);
    if (at >= 0) {
      this.#trailer = [all.subarray(at + this.#end.length)];
      return all.subarray(0, at);
    }
    const held = overlap(all, this.#end);
    this.#held = all.subarray(all.length - held);
    return all.subarray(0, all.length - held);
  }

  /** What was held back and was no mark. */
  rest(): Uint8Array {
    return this.begun && this.#trailer === null ? this.#held : new Uint8Array(0);
  }

  /** What stands after the end; null if it has not come. */
  get report(): Report | null {
    if (this.#trailer === null) return null;
    const fields: string[] = [];
    const text = Buffer.concat(this.#trailer).toString("latin1");
    let from = 0;
    for (let field = 0; field < 4; field++) {
      const at = text.indexOf("\0", from);
      if (at < 0) return null;
      fields.push(text.slice(from, at));
      from = at + 1;
    }
    const lines = (field: string): readonly string[] => Buffer.from(field, "latin1").toString("utf8").split("\n").filter(Boolean);
    return {status: Number(fields[0]), left: lines(fields[1]!), kept: lines(fields[2]!), hidden: fields[3]!, state: text.slice(from)};
  }
}

export interface Report {
  readonly status: number;
  readonly left: readonly string[];
  readonly kept: readonly string[];
  readonly hidden: string; // bytes as latin1, as the state
  readonly state: string;
}

/** How many of the last bytes may be the first ones of the mark. */
function overlap(bytes: Buffer, mark: Buffer): number {
  for (let length = Math.min(bytes.length, mark.length - 1); length > 0; length--)
    if (bytes.subarray(bytes.length - length).equals(mark.subarray(0, length))) return length;
  return 0;
}

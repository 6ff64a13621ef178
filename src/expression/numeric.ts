import {ExpressionError} from "./error.ts";

/** An exact decimal number: `digits` × 10^-`scale`. PostgreSQL's numeric, and numbers of JSON that no double holds. */
export class Numeric {
  readonly digits: bigint;
  readonly scale: number;

  constructor(digits: bigint, scale: number) {
    this.digits = digits;
    this.scale = scale;
  }

  /** PostgreSQL's text, or JSON's: `-12.340`, `1e400`. Null if it is no decimal number (`NaN`, `Infinity`). */
  static parse(text: string): Numeric | null {
    const found = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/.exec(text);
    if (!found || (found[2] === "" && (found[3] ?? "") === "")) return null;
    const fraction = found[3] ?? "";
    const exponent = Number(found[4] ?? 0);
    const digits = BigInt(`${found[2]}${fraction}`) * (found[1] === "-" ? -1n : 1n);
    const scale = fraction.length - exponent;
    if (Math.abs(scale) > 200_000) return null;
    return scale < 0 ? new Numeric(digits * 10n ** BigInt(-scale), 0) : new Numeric(digits, scale);
  }

  /** A double is read by its shortest decimal text, as it was written: 0.1 is one tenth. */
  static from(value: Numeric | bigint | number): Numeric {
    if (value instanceof Numeric) return value;
    if (typeof value === "bigint") return new Numeric(value, 0);
    const parsed = Numeric.parse(String(value));
    if (!parsed) throw new ExpressionError(`${value} has no exact value`);
    return parsed;
  }

  compare(other: Numeric): number {
    const scale = Math.max(this.scale, other.scale);
    const [a, b] = [this.#at(scale), other.#at(scale)];
    return a < b ? -1 : a > b ? 1 : 0;
  }

  plus(other: Numeric): Numeric {
    const scale = Math.max(this.scale, other.scale);
    return new Numeric(this.#at(scale) + other.#at(scale), scale);
  }

  minus(other: Numeric): Numeric {
    return this.plus(other.negated());
  }

  times(other: Numeric): Numeric {
    return new Numeric(this.digits * other.digits, this.scale + other.scale);
  }

  /** To 20 digits after the point or those of the operands, rounded half away from zero, as PostgreSQL would. */
  dividedBy(other: Numeric): Numeric {
    if (other.digits === 0n) throw new ExpressionError("division by zero");
    const scale = Math.max(this.scale, other.scale, 20);
    const [above, below] = [this.digits * 10n ** BigInt(scale + other.scale), other.digits * 10n ** BigInt(this.scale)];
    const half = (below < 0n ? -below : below) / 2n;
    return new Numeric((above < 0n ? above - half : above + half) / below, scale);
  }

  negated(): Numeric {
    return new Numeric(-this.digits, this.scale);
  }

  /** Towards zero. */
  toBigInt(): bigint {
    return this.digits / 10n ** BigInt(this.scale);
  }

  toNumber(): number {
    return Number(this.toString());
  }

  toString(): string {
    if (this.scale === 0) return `${this.digits}`;
    const text = `${this.digits < 0n ? -this.digits : this.digits}`.padStart(this.scale + 1, "0");
    return `${this.digits < 0n ? "-" : ""}${text.slice(0, -this.scale)}.${text.slice(-this.scale)}`;
  }

  #at(scale: number): bigint {
    return this.digits * 10n ** BigInt(scale - this.scale);
  }
}

import type {Readable} from "node:stream";
import type {Stream} from "../../../model/event.ts";
import type {Emit} from "../../../model/kind.ts";
import type {Watch} from "./watch.ts";

const tailBytes = 4096;

/** Hands on what a cell prints as it comes, and stops reading while nobody keeps up. */
export class Printing {
  readonly ended: Promise<void>;
  lastAt = performance.now(); // when something last came
  #waiting = 0;
  #taken: Promise<void> = Promise.resolve();
  #tail: Buffer = Buffer.alloc(0);
  readonly #readers: readonly Readable[];
  readonly #emit: Emit;
  readonly #messages: Stream; // a terminal has one stream for all
  readonly #watch: Watch | null;

  constructor(readers: Readonly<Partial<Record<Stream, Readable>>>, emit: Emit, watch: Watch | null = null) {
    this.#emit = emit;
    this.#watch = watch;
    const {stdout, stderr} = readers;
    this.#messages = stderr ? "stderr" : "stdout";
    this.#readers = [stdout, stderr].filter((reader) => reader !== undefined);
    this.ended = Promise.all([stdout && this.#read("stdout", stdout), stderr && this.#read("stderr", stderr)]).then(() => this.#taken);
  }

  /** The last that came where messages go, whole lines or not. */
  get tail(): string {
    return this.#tail.toString("utf8");
  }
  /** True while what came has not been taken yet. */
  get waiting(): boolean {
    return this.#waiting > 0;
  }

  /** Reads no more; what a process prints from now on is lost. */
  stop(): void {
    for (const reader of this.#readers) reader.destroy();
  }

  #read(stream: Stream, reader: Readable): Promise<void> {
    reader.on("data", (bytes) => {
      this.lastAt = performance.now();
      if (stream === this.#messages) this.#remember(bytes);
      const taken = this.#emit({type: "bytes", stream, bytes});
      this.#watch?.take(stream, bytes);
      if (taken) this.#wait(taken);
    });
    reader.on("error", () => {}); // it closes, too
    return new Promise((resolve) =>
      reader.once("close", () => {
        this.#watch?.end(stream);
        resolve();
      })
    );
  }

  #wait(taken: Promise<void>): void {
    if (this.#waiting++ === 0) for (const reader of this.#readers) reader.pause();
    const resume = () => {
      this.lastAt = performance.now();
      if (--this.#waiting === 0) for (const reader of this.#readers) reader.resume();
    };
    const resumed = taken.then(resume, resume);
    this.#taken = this.#taken.then(() => resumed);
  }

  #remember(bytes: Buffer): void {
    this.#tail =
      bytes.length >= tailBytes ? Buffer.from(bytes.subarray(-tailBytes)) : Buffer.concat([this.#tail, bytes]).subarray(-tailBytes);
  }
}

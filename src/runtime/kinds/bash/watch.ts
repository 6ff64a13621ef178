import {StringDecoder} from "node:string_decoder";
import {compilePattern} from "../../../expression/index.ts";
import type {Stream} from "../../../model/event.ts";

const longest = 16 * 1024; // letters of a line that are looked at

/** Waits for the first line, of either stream, that matches a cell's `ready=`. */
export class Watch {
  readonly ready: Promise<void>;
  #matched = false;
  #closed = false;
  #resolve!: () => void;
  readonly #matches: (line: string) => boolean;
  readonly #open: Record<Stream, {readonly decoder: StringDecoder; line: string}> = {
    stdout: {decoder: new StringDecoder("utf8"), line: ""},
    stderr: {decoder: new StringDecoder("utf8"), line: ""}
  };

  constructor(pattern: string) {
    const {matches} = compilePattern(pattern);
    this.#matches = matches;
    this.ready = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get matched(): boolean {
    return this.#matched;
  }

  /** What comes from now on counts no more: something else came first. */
  close(): void {
    this.#closed = true;
  }

  take(stream: Stream, bytes: Uint8Array): void {
    if (this.#closed) return;
    const open = this.#open[stream];
    const lines = open.decoder.write(bytes as Buffer).split("\n");
    for (const [index, text] of lines.entries()) {
      open.line = (index === 0 ? open.line : "") + text.slice(0, longest);
      if (open.line.length > longest) open.line = open.line.slice(0, longest);
      if (index < lines.length - 1 && this.#judge(open.line)) return;
    }
  }

  /** A last line may have no end. */
  end(stream: Stream): void {
    if (!this.#closed && this.#open[stream].line !== "") this.#judge(this.#open[stream].line);
  }

  #judge(line: string): boolean {
    if (!this.#matches(line.replace(/\r$/, ""))) return false;
    this.#matched = true;
    this.#closed = true;
    this.#resolve();
    return true;
  }
}

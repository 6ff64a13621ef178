// What a program may have switched in a terminal and left so when it was ended: other screen, mouse, pasting, keys.
const switched = [1, 9, 47, 66, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1047, 1049, 2004];
const cursor = 25;
const longest = 64;

/** Remembers how a program left the terminal that it was lent. */
export class ModeKeeper {
  readonly #on = new Set<number>();
  #isCursorHidden = false;
  #isKeypadOn = false;
  #tail = "";
  #endsLine = true;

  take(bytes: Uint8Array): void {
    const text = this.#tail + Buffer.from(bytes).toString("latin1");
    for (const [whole, modes, end] of text.matchAll(/\x1b\[\?([\d;]+)([hl])|\x1b[=>]|\x1bc/g)) {
      if (whole === "\x1bc") this.#on.clear();
      else if (modes === undefined) this.#isKeypadOn = whole === "\x1b=";
      else for (const mode of modes.split(";").map(Number)) this.#note(mode, end === "h");
    }
    // a sequence may go on in what comes next; one that is whole is only noted again
    const begun = text.lastIndexOf("\x1b");
    this.#tail = begun >= 0 && text.length - begun < longest ? text.slice(begun) : "";
    if (bytes.length > 0) this.#endsLine = text.endsWith("\n");
  }

  /** What puts it back as it was. */
  undo(): string {
    const off = switched.filter((mode) => this.#on.has(mode)).map((mode) => `\x1b[?${mode}l`);
    return `${off.join("")}${this.#isCursorHidden ? `\x1b[?${cursor}h` : ""}${this.#isKeypadOn ? "\x1b>" : ""}\x1b[0m${this.#endsLine ? "" : "\n"}`;
  }

  #note(mode: number, on: boolean): void {
    if (mode === cursor) this.#isCursorHidden = !on;
    else if (on) this.#on.add(mode);
    else this.#on.delete(mode);
  }
}

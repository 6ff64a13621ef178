/**
 * The screen of a terminal: an emulator holds what stands where, and this draws it. The emulator is xterm's core without its page part,
 * which writes style sheets into the page, and those our content security policy refuses.
 */
import type {Terminal as Emulator, IBufferCell, IBufferLine, IMarker} from "@xterm/headless";
import type {Colour, Style} from "./terminal-style.ts";
import {paletteColour, plain, styledNode} from "./terminal-style.ts";

const scrollback = 3000; // lines

export interface Modes {
  readonly applicationCursor: boolean;
  readonly bracketedPaste: boolean;
}

export class Screen {
  readonly #emulator: Emulator;
  readonly #pre: HTMLElement;
  #lines: HTMLElement[] = [];
  #settled = 0; // lines that nothing changes any more
  #isCursorShown = true;
  #mark: {readonly line: IMarker; readonly at: number} | null = null; // a line, and where it was when it was last drawn

  /** `answer`: what a program is told that asks the terminal something. */
  static async open(
    pre: HTMLElement,
    {columns, rows, answer}: {columns: number; rows: number; answer(text: string): void}
  ): Promise<Screen> {
    const {Terminal} = await import("@xterm/headless"); // only a page with a terminal needs it
    return new Screen(pre, new Terminal({cols: columns, rows, scrollback, allowProposedApi: true, logLevel: "off"}), answer);
  }

  private constructor(pre: HTMLElement, emulator: Emulator, answer: (text: string) => void) {
    this.#pre = pre;
    this.#emulator = emulator;
    emulator.onData(answer);
    for (const [final, shown] of [
      ["h", true],
      ["l", false]
    ] as const)
      emulator.parser.registerCsiHandler({prefix: "?", final}, (parameters) => {
        if (parameters.includes(25)) this.#isCursorShown = shown;
        return false; // and the emulator does the rest
      });
    emulator.buffer.onBufferChange(() => this.#forget());
  }

  get modes(): Modes {
    const {applicationCursorKeysMode, bracketedPasteMode} = this.#emulator.modes;
    return {applicationCursor: applicationCursorKeysMode, bracketedPaste: bracketedPasteMode};
  }

  write(bytes: Uint8Array | string): Promise<void> {
    return new Promise((resolve) => this.#emulator.write(bytes, resolve));
  }

  resize(columns: number, rows: number): void {
    if (columns === this.#emulator.cols && rows === this.#emulator.rows) return;
    this.#emulator.resize(columns, rows);
    this.#forget();
  }

  /** Begins again with an empty screen. */
  reset(): void {
    this.#emulator.reset();
    this.#forget();
  }

  close(): void {
    this.#emulator.dispose();
  }

  /** Draws what has changed. The cursor is only there while somebody can type. */
  draw({withCursor}: {readonly withCursor: boolean}): void {
    const {active} = this.#emulator.buffer;
    const cursorAt = withCursor && this.#isCursorShown ? active.baseY + active.cursorY : -1;
    const isWhole = active.type === "alternate"; // a program that has all of it
    const last = isWhole ? active.length - 1 : this.#lastLine(withCursor ? active.baseY + active.cursorY : 0);
    this.#dropOldest();
    const cell = active.getNullCell();
    for (let at = this.#settled; at <= last; at++) {
      const line = active.getLine(at);
      if (line) this.#lineAt(at).replaceChildren(...nodesOf(line, cell, at === cursorAt ? active.cursorX : -1), "\n");
    }
    for (const gone of this.#lines.splice(last + 1)) gone.remove();
    this.#settled = Math.min(active.baseY, last + 1);
    this.#mark?.line.dispose();
    const line = isWhole ? undefined : this.#emulator.registerMarker(0);
    this.#mark = line ? {line, at: line.line} : null;
  }

  /** What is too long loses its oldest lines: each of the others then has another place. */
  #dropOldest(): void {
    if (this.#mark === null) return;
    const {line, at} = this.#mark;
    if (line.isDisposed || line.line < 0) {
      this.#forget(); // all of them
      return;
    }
    const gone = Math.max(0, at - line.line);
    for (const old of this.#lines.splice(0, gone)) old.remove();
    this.#settled = Math.max(0, this.#settled - gone);
  }

  #lastLine(least: number): number {
    const {active} = this.#emulator.buffer;
    for (let at = active.length - 1; at > least; at--) if (active.getLine(at)!.translateToString(true) !== "") return at;
    return least;
  }

  #lineAt(at: number): HTMLElement {
    while (this.#lines.length <= at) {
      const line = document.createElement("span");
      this.#lines.push(line);
      this.#pre.append(line);
    }
    return this.#lines[at]!;
  }

  #forget(): void {
    for (const line of this.#lines) line.remove();
    this.#lines = [];
    this.#settled = 0;
    this.#mark?.line.dispose();
    this.#mark = null;
  }
}

function nodesOf(line: IBufferLine, cell: IBufferCell, cursorX: number): readonly Node[] {
  const nodes: Node[] = [];
  let text = "";
  let key = "";
  let style = plain;
  const flush = (): void => {
    if (text !== "") nodes.push(styledNode(text, style, "stdout", null));
    text = "";
  };
  const length = Math.max(line.translateToString(true).length, cursorX + 1, lastPainted(line, cell) + 1);
  for (let x = 0; x < length; x++) {
    if (!line.getCell(x, cell) || cell.getWidth() === 0) continue; // the second half of a wide letter
    const shown = cell.isInvisible() || cell.getChars() === "" ? " " : cell.getChars();
    if (x === cursorX) {
      flush();
      const cursor = styledNode(shown, {...styleOf(cell), flags: ["inverse"]}, "stdout", null);
      nodes.push(cursor);
      key = "cursor";
      continue;
    }
    const look = cell.isAttributeDefault() ? "" : lookOf(cell);
    if (look !== key) {
      flush();
      style = look === "" ? plain : styleOf(cell);
      key = look;
    }
    text += shown;
  }
  flush();
  return nodes;
}

/** Blanks at the end of a line may have a colour of their own. */
function lastPainted(line: IBufferLine, cell: IBufferCell): number {
  for (let x = line.length - 1; x >= 0; x--) {
    if (line.getCell(x, cell) && (!cell.isBgDefault() || cell.isInverse())) return x;
  }
  return -1;
}

const lookOf = (cell: IBufferCell): string =>
  [cell.getFgColorMode(), cell.getFgColor(), cell.getBgColorMode(), cell.getBgColor(), ...flagsOf(cell)].join();

const flagsOf = (cell: IBufferCell): Style["flags"] => {
  const flags: Style["flags"][number][] = [];
  if (cell.isBold()) flags.push("bold");
  if (cell.isDim()) flags.push("dim");
  if (cell.isInverse()) flags.push("inverse");
  if (cell.isItalic()) flags.push("italic");
  if (cell.isStrikethrough()) flags.push("strike");
  if (cell.isUnderline()) flags.push("underline");
  return flags;
};

const styleOf = (cell: IBufferCell): Style => ({
  flags: flagsOf(cell),
  ink: cell.isFgDefault() ? null : colourOf(cell.isFgRGB(), cell.getFgColor()),
  paper: cell.isBgDefault() ? null : colourOf(cell.isBgRGB(), cell.getBgColor())
});

const colourOf = (isExact: boolean, colour: number): Colour | null =>
  isExact ? `rgb(${colour >> 16} ${(colour >> 8) & 255} ${colour & 255})` : paletteColour(colour);

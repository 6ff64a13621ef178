/** What a terminal sends for a key, as xterm does. */
import type {Modes} from "./screen.ts";

export interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly metaKey: boolean;
  readonly isAltGraph: boolean; // it makes another letter, and is no Alt
}

/** Ctrl-] is the way out of a terminal, for whom has no mouse. */
export const leaveKey = "\x1d";

const letters: Readonly<Record<string, string>> = {Enter: "\r", Escape: "\x1b", Tab: "\t", Backspace: "\x7f"};
const arrows: Readonly<Record<string, string>> = {ArrowUp: "A", ArrowDown: "B", ArrowRight: "C", ArrowLeft: "D", Home: "H", End: "F"};
const numbered: Readonly<Record<string, number>> = {
  Insert: 2,
  Delete: 3,
  PageUp: 5,
  PageDown: 6,
  F5: 15,
  F6: 17,
  F7: 18,
  F8: 19,
  F9: 20,
  F10: 21,
  F11: 23,
  F12: 24
};
const functions: Readonly<Record<string, string>> = {F1: "P", F2: "Q", F3: "R", F4: "S"};
const controls: Readonly<Record<string, string>> = {
  " ": "\0",
  "@": "\0",
  "[": "\x1b",
  "\\": "\x1c",
  "]": leaveKey,
  "5": leaveKey,
  "^": "\x1e",
  _: "\x1f",
  "?": "\x7f"
};

/** Null: nothing; the key is the browser's. */
export function encodeKey(pressed: Key, {applicationCursor}: Modes): string | null {
  const {key, ctrlKey, altKey, shiftKey, metaKey, isAltGraph} = pressed;
  if (metaKey) return null;
  const modifier = 1 + (shiftKey ? 1 : 0) + (altKey ? 2 : 0) + (ctrlKey ? 4 : 0);
  const arrow = arrows[key];
  if (arrow !== undefined) return modifier > 1 ? `\x1b[1;${modifier}${arrow}` : applicationCursor ? `\x1bO${arrow}` : `\x1b[${arrow}`;
  if (key in functions) return modifier > 1 ? `\x1b[1;${modifier}${functions[key]}` : `\x1bO${functions[key]}`;
  if (key in numbered) return modifier > 1 ? `\x1b[${numbered[key]};${modifier}~` : `\x1b[${numbered[key]}~`;
  if (key === "Tab" && shiftKey) return "\x1b[Z";
  if (key in letters) return ctrlKey && key === "Backspace" ? "\b" : `${altKey ? "\x1b" : ""}${letters[key]}`;
  if ([...key].length !== 1) return null;
  if (ctrlKey && key === "]") return leaveKey; // AltGr may be needed for it
  if (isAltGraph || (!ctrlKey && !altKey)) return key;
  if (!ctrlKey) return `\x1b${key}`;
  if (shiftKey && /^[a-z]$/i.test(key)) return null; // copy and paste of the browser
  const letter = key.toLowerCase();
  const control = /^[a-z]$/.test(letter) ? String.fromCharCode(letter.charCodeAt(0) & 31) : controls[key];
  return control === undefined ? null : `${altKey ? "\x1b" : ""}${control}`;
}

/** A pasted text, as if it had been typed; a program that asked for it is told that it was pasted. */
export function encodePaste(text: string, {bracketedPaste}: Modes): string {
  const typed = text.replace(/\r?\n/g, "\r");
  return bracketedPaste ? `\x1b[200~${typed.replaceAll("\x1b", "")}\x1b[201~` : typed;
}

/** How a piece of terminal text looks: what "select graphic rendition" can ask for. */
export interface Style {
  readonly flags: readonly Flag[]; // sorted
  readonly ink: Colour | null;
  readonly paper: Colour | null;
}
type Flag = "bold" | "dim" | "italic" | "underline" | "inverse" | "strike";
/** A colour of the theme (0 to 15), or an exact one. */
export type Colour = number | string;

export const plain: Style = {flags: [], ink: null, paper: null};

export const sameStyle = (one: Style, other: Style): boolean =>
  one === other ||
  (one.ink === other.ink &&
    one.paper === other.paper &&
    one.flags.length === other.flags.length &&
    one.flags.every((flag, place) => other.flags[place] === flag));

const flagOf: Readonly<Record<number, Flag>> = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "inverse", 9: "strike"};
const endOf: Readonly<Record<number, readonly Flag[]>> = {
  22: ["bold", "dim"],
  23: ["italic"],
  24: ["underline"],
  27: ["inverse"],
  29: ["strike"]
};

export function restyle(style: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map((text) => Number(text || 0));
  let {flags, ink, paper} = style;
  for (let place = 0; place < codes.length; place++) {
    const code = codes[place]!;
    const flag = flagOf[code];
    const ended = endOf[code];
    if (code === 0) ({flags, ink, paper} = plain);
    else if (flag) flags = [...new Set([...flags, flag])].sort();
    else if (ended) flags = flags.filter((known) => !ended.includes(known));
    else if (code >= 30 && code <= 37) ink = code - 30;
    else if (code >= 90 && code <= 97) ink = code - 82;
    else if (code >= 40 && code <= 47) paper = code - 40;
    else if (code >= 100 && code <= 107) paper = code - 92;
    else if (code === 39) ink = null;
    else if (code === 49) paper = null;
    else if (code === 38 || code === 48) {
      const [colour, used] = readColour(codes, place + 1);
      place += used;
      if (colour !== null && code === 38) ink = colour;
      else if (colour !== null) paper = colour;
    }
  }
  return flags.length === 0 && ink === null && paper === null ? plain : {flags, ink, paper};
}

function readColour(codes: readonly number[], place: number): readonly [Colour | null, number] {
  if (codes[place] === 5) return [paletteColour(codes[place + 1] ?? -1), 2];
  if (codes[place] === 2) return [exact(codes[place + 1] ?? 0, codes[place + 2] ?? 0, codes[place + 3] ?? 0), 4];
  return [null, 0];
}

export function paletteColour(index: number): Colour | null {
  if (index < 0 || index > 255) return null;
  if (index < 16) return index;
  if (index > 231) return exact(8 + (index - 232) * 10, 8 + (index - 232) * 10, 8 + (index - 232) * 10);
  const step = (value: number): number => (value === 0 ? 0 : 55 + value * 40);
  return exact(step(Math.floor((index - 16) / 36)), step(Math.floor((index - 16) / 6) % 6), step((index - 16) % 6));
}

const exact = (...parts: readonly number[]): string =>
  `rgb(${parts.map((part) => Math.min(255, Math.max(0, Math.trunc(part) || 0))).join(" ")})`;

/** An element for the text; a bare text node where there is nothing to it. */
export function styledNode(text: string, style: Style, stream: string, link: string | null): Node {
  if (style === plain && stream === "stdout" && link === null) return document.createTextNode(text);
  const span = document.createElement(link === null ? "span" : "a");
  if (link !== null && span instanceof HTMLAnchorElement) {
    span.href = link;
    span.title = link; // the text may say anything
    span.rel = "noopener noreferrer";
    span.target = "_blank";
  }
  span.textContent = text;
  const classes = [...style.flags.map((flag) => `a-${flag}`), ...(stream === "stderr" ? ["stderr"] : [])];
  // Set through the object model: an attribute would be refused by the content security policy.
  if (typeof style.ink === "number") classes.push(`a-ink-${style.ink}`);
  else if (style.ink !== null) span.style.color = style.ink;
  if (typeof style.paper === "number") classes.push(`a-paper-${style.paper}`);
  else if (style.paper !== null) span.style.backgroundColor = style.paper;
  span.className = classes.join(" ");
  return span;
}

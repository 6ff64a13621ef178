const longest = 2000;

/** An address of the web as a link may lead to it; null for every other. */
export function webAddress(text: string): string | null {
  if (text.length > longest || !/^https?:\/\//i.test(text)) return null;
  try {
    const {protocol, href} = new URL(text);
    return protocol === "http:" || protocol === "https:" ? href : null;
  } catch {
    return null;
  }
}

// What ends a sentence or closes a bracket around an address is hardly ever a part of it.
const address = /https?:\/\/[^\s<>"'`\\^{|}\u0000-\u0020]*[^\s<>"'`\\^{|}\u0000-\u0020.,;:!?)\]]/gi;

/** The text in pieces, those that are addresses of the web with where they lead. */
export function cutAtAddresses(text: string): readonly {readonly text: string; readonly link: string | null}[] {
  if (!text.includes("://")) return [{text, link: null}];
  const pieces: {text: string; link: string | null}[] = [];
  let from = 0;
  for (const found of text.matchAll(address)) {
    const link = webAddress(found[0]);
    if (link === null) continue;
    if (found.index > from) pieces.push({text: text.slice(from, found.index), link: null});
    pieces.push({text: found[0], link});
    from = found.index + found[0].length;
  }
  if (from < text.length) pieces.push({text: text.slice(from), link: null});
  return pieces;
}

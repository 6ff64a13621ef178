/** `other.md#section` as its two parts. */
export function splitTarget(url: string): readonly [file: string | null, section: string | null] {
  const hash = url.indexOf("#");
  const file = decode(hash < 0 ? url : url.slice(0, hash));
  const section = hash < 0 ? "" : decode(url.slice(hash + 1));
  return [file === "" ? null : file, section === "" ? null : section];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Bytes as text, however a pipe cut them: a character whose end has not come waits for the next bytes. */
export type TextOrBytes = {readonly type: "text"; readonly text: string} | {readonly type: "base64"; readonly base64: string};

export function readText(rest: Uint8Array, parts: readonly Uint8Array[]): {readonly output: TextOrBytes | null; readonly rest: Uint8Array} {
  const bytes = Buffer.concat([rest, ...parts]);
  const whole = bytes.subarray(0, bytes.length - unfinished(bytes));
  if (whole.length === 0) return {output: null, rest: bytes};
  try {
    return {output: {type: "text", text: strict.decode(whole)}, rest: bytes.subarray(whole.length)};
  } catch {
    return {output: {type: "base64", base64: whole.toString("base64")}, rest: bytes.subarray(whole.length)};
  }
}

const strict = new TextDecoder("utf-8", {fatal: true, ignoreBOM: true});

/** How many bytes at the end begin a character without ending it. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? back : 0;
    }
  }
  return 0;
}

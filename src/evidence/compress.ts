import {Gzip} from "fflate";

/** gzip in base64. Not the compressor of Node, which gives other bytes on another machine. */
export function compress(parts: readonly string[]): string {
  const chunks: Uint8Array[] = [];
  const gzip = new Gzip({level: 6, mtime: 0}, (chunk) => void chunks.push(chunk));
  let waiting: string[] = [];
  let length = 0;
  const push = (last: boolean): void => {
    gzip.push(Buffer.from(waiting.join("")), last);
    waiting = [];
    length = 0;
  };
  for (const part of parts) {
    waiting.push(part);
    length += part.length;
    if (length > 1024 * 1024) push(false);
  }
  push(true);
  return Buffer.concat(chunks).toString("base64");
}

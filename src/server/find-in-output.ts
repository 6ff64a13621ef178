import {createReadStream} from "node:fs";

import type {FoundInOutput} from "../model/served.ts";

const longestLine = 1024 * 1024; // what has no line ends is looked at in such pieces
const longestShown = 400;

/** The first lines of a file that hold the text, whatever its case, and how many do. Memory stays small, however large the file is. */
export async function findInOutput(
  path: string,
  text: string,
  {most = 50, signal}: {most?: number; signal?: AbortSignal} = {}
): Promise<FoundInOutput> {
  const sought = text.toLowerCase();
  const lines: FoundInOutput["lines"][number][] = [];
  let total = 0;
  let line = 1;
  let from = 0; // of the line, in bytes
  let rest: Buffer = Buffer.alloc(0);
  const look = (bytes: Buffer): void => {
    const whole = bytes.toString("utf8");
    const at = whole.toLowerCase().indexOf(sought);
    if (at < 0) return;
    total++;
    const begin = Math.max(0, at - longestShown / 4);
    if (lines.length < most) lines.push({line, from, text: whole.slice(begin, begin + longestShown).trimEnd()});
  };
  for await (const chunk of createReadStream(path, {highWaterMark: 256 * 1024})) {
    if (signal?.aborted) break;
    const bytes = Buffer.concat([rest, chunk as Buffer]);
    let at = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, at)) {
      look(bytes.subarray(at, end));
      from += end + 1 - at;
      at = end + 1;
      line++;
    }
    rest = bytes.subarray(at);
    if (rest.length < longestLine) continue;
    look(rest);
    from += rest.length;
    rest = Buffer.alloc(0);
  }
  if (rest.length > 0) look(rest);
  return {total, lines};
}

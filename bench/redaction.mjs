import {createHash, randomBytes} from "node:crypto";

import {bundle} from "./bundle.mjs";
import {inMs, interleave, ratio} from "./measure.mjs";

const chunk = 64 * 1024; // as it comes out of a pipe
const size = 64 * 1024 * 1024;

/** Measure 9: taking 1, 20 and 100 secrets out of what is printed, beside the sha256 of the same bytes. */
export async function redactionCost({rounds}) {
  const {createRedactor} = await import(await bundle("bench/parts.ts"));
  const text = Buffer.from(
    Array.from(
      {length: 20_000},
      (_, line) => `2026-01-31 14:30:00 UTC [${line}] LOG:  checkpoint complete: wrote ${line * 7} buffers\n`
    ).join("")
  );
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at += text.length) text.copy(bytes, at);
  const redact = (count) => {
    const redactor = createRedactor();
    for (let index = 0; index < count; index++) redactor.add(`SECRET_${index}`, randomBytes(12).toString("hex"));
    return () => timed(redactor.stream(), (stream, part) => stream.write(part));
  };
  const contenders = {
    "1 secret": redact(1),
    "20 secrets": redact(20),
    "100 secrets": redact(100),
    sha256: () => timed(createHash("sha256"), (hash, part) => hash.update(part))
  };
  for (const warm of Object.values(contenders)) warm();
  const times = await interleave(rounds, contenders);
  findEverySplit(createRedactor);
  return {
    rows: [
      {what: "9 redaction, 20 secrets", beside: "sha256", value: ratio(times, "20 secrets", "sha256"), target: 2},
      {what: "9 redaction, 100 secrets", beside: "1 secret", value: ratio(times, "100 secrets", "1 secret"), target: 2.5},
      {what: "9 redaction, 1 secret", beside: "sha256", value: ratio(times, "1 secret", "sha256"), target: null}
    ],
    note: `${inMs(times)} for 64 MiB; a secret was found wherever it was split`
  };

  function timed(sink, put) {
    const began = process.hrtime.bigint();
    for (let at = 0; at < size; at += chunk) put(sink, bytes.subarray(at, at + chunk));
    return Number(process.hrtime.bigint() - began) / 1e6;
  }
}

/** A secret, in three of the forms that it may be printed in, cut in two at every byte. */
function findEverySplit(createRedactor) {
  const secret = 'pa55"w0rd/ä+% of the standby!';
  const redactor = createRedactor();
  redactor.add("STANDBY", secret);
  for (const form of [secret, Buffer.from(secret).toString("base64"), encodeURIComponent(secret)]) {
    const printed = Buffer.from(`before ${form} after`);
    for (let cut = 0; cut <= printed.length; cut++) {
      const stream = redactor.stream();
      const shown = Buffer.concat([stream.write(printed.subarray(0, cut)), stream.write(printed.subarray(cut)), stream.end()]).toString();
      if (shown !== "before [redacted:STANDBY] after") throw new Error(`cut at byte ${cut}: ${shown}`);
    }
  }
}

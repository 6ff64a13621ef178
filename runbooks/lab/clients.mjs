/**
 * The customers of the lab: they book all the time, and keep a ledger of what they were told is booked.
 *
 *   LAB/ledger.tsv    sent at <tab> acknowledged at <tab> reference
 *
 * A line is written after the application's answer, which it gives after the commit. So the ledger is the truth that a recovery is
 * held against: what was acknowledged before the accident must be there, what was sent after it must not.
 */
import {randomUUID} from "node:crypto";
import {appendFileSync} from "node:fs";
import {setTimeout as sleep} from "node:timers/promises";

const {LAB, APP_PORT, WRITES_PER_SECOND} = process.env;
const pause = 1000 / Number(WRITES_PER_SECOND);

for (;;) {
  const sent = new Date();
  const reference = randomUUID();
  try {
    const answer = await fetch(`http://127.0.0.1:${APP_PORT}/webhook`, {
      method: "POST",
      body: JSON.stringify({reference}),
      signal: AbortSignal.timeout(10_000)
    });
    const {reference: booked} = await answer.json();
    if (answer.ok && booked === reference) {
      appendFileSync(`${LAB}/ledger.tsv`, `${sent.toISOString()}\t${new Date().toISOString()}\t${reference}\n`);
    }
  } catch {
    // customers try again
  }
  await sleep(Math.max(5, pause - (Date.now() - sent.getTime())));
}

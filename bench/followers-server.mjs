// followers-server.mjs MODULE EVENTS_A_SECOND SECONDS: tells whoever follows of so many events, when it is told to "begin", and then
// what it has cost; "flood" makes 16 MB more, in three seconds.
import {createServer} from "node:http";

import {ownPeak} from "./measure.mjs";

const [module, rate, seconds] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const {Broadcast, openLine, toFrame} = await import(module);
const stepMs = 10;
const line = "2026-01-31 14:30:10.123 UTC [4711] LOG:  checkpoint complete: wrote 42 buffers (0.3%)\n";

const broadcast = new Broadcast(() => ({present: broadcast.present}));
broadcast.reset("run");
const server = createServer((request, response) => {
  broadcast.follow(openLine(response, "somebody"), request.headers["last-event-id"] ?? null);
});
server.listen(0, "127.0.0.1", () => process.send({port: server.address().port}));

let seq = 0;
const make = (text) => ({
  seq: ++seq,
  at: new Date().toISOString(),
  ms: performance.timeOrigin + performance.now(),
  type: "output-written",
  step: "cell",
  attempt: 1,
  output: {type: "text", stream: "stdout", text}
});

process.on("disconnect", () => process.exit());
process.on("message", async (what) => {
  if (what === "flood") {
    for (let count = 0; count < 250; count++) {
      broadcast.publish([make("x".repeat(65_536))]);
      await new Promise((resolve) => setTimeout(resolve, 12));
    }
    broadcast.publish([make("over")]);
    process.send({events: seq});
    return;
  }
  const before = process.cpuUsage();
  const began = performance.now();
  let bytes = 0;
  while (seq < rate * seconds) {
    const due = Math.min(rate * seconds, Math.floor(((performance.now() - began) / 1000) * rate));
    const events = Array.from({length: due - seq}, () => make(line));
    for (const event of events) bytes += toFrame("run", event).length;
    broadcast.publish(events);
    await new Promise((resolve) => setTimeout(resolve, stepMs));
  }
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const {user, system} = process.cpuUsage(before);
  process.send({cpuMs: (user + system) / 1000, rssMb: ownPeak(), events: seq, bytes});
});

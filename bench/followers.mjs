import {fork} from "node:child_process";
import {connect} from "node:net";
import {fileURLToPath} from "node:url";

import {bundle} from "./bundle.mjs";
import {interleave, median} from "./measure.mjs";

const server = fileURLToPath(new URL("followers-server.mjs", import.meta.url));
const rate = 2000;
const seconds = 6;

/** Measure 11: 500 people follow a run that makes 2000 events a second, and one of them takes nothing; beside 50 people. */
export async function followersCost({rounds}) {
  const module = await bundle("bench/broadcast.ts");
  const told = {};
  const follow = (count) => async () => {
    const found = await followAll(module, count);
    (told[count] ??= []).push(found);
    return found.cpuMs;
  };
  const times = await interleave(rounds, {500: follow(500), 50: follow(50)});
  const of = (count, name) => median(told[count].map((found) => found[name]));
  const missing = [...told[500], ...told[50]].reduce((sum, found) => sum + found.missing, 0);
  return {
    rows: [
      {what: "11 people who did not get every event, once", beside: "of 550", value: missing, target: 0},
      {what: "11 99 of 100 reach 500 people within", beside: "ms", value: of(500, "p99"), target: 150},
      {what: "11 most memory, one of 500 takes nothing", beside: "MB", value: of(500, "rssMb"), target: 130},
      {
        what: "11 growth: processor time for 500 people",
        beside: "for 50",
        value: median(times[500].map((ms, round) => ms / times[50][round])),
        target: 11
      },
      {what: "11 stalled readers that were not cut off", beside: "of 1", value: 1 - Math.min(...told[500].map(({cut}) => cut)), target: 0}
    ],
    note: `500 people: ${of(500, "cpuMs").toFixed(0)} ms of processor time in ${seconds} s, half within ${of(500, "p50").toFixed(0)} ms; 50 people: ${of(50, "cpuMs").toFixed(0)} ms; ${rate * seconds} events to each`
  };
}

async function followAll(module, count) {
  const child = fork(server, [module, String(rate), String(seconds)]);
  const hear = () => new Promise((resolve) => child.once("message", resolve));
  try {
    const {port} = await hear();
    const stalled = stall(port);
    const readers = await Promise.all(Array.from({length: count}, () => read(port)));
    await new Promise((resolve) => setTimeout(resolve, 500)); // what they were told first has come
    for (const reader of readers) reader.bytes = 0;
    const ended = hear();
    child.send("begin");
    const {cpuMs, rssMb, events, bytes} = await ended;
    const patience = Date.now() + 10_000; // what was sent last is on its way
    while (readers.some(({seen}) => seen < events) && Date.now() < patience) await new Promise((resolve) => setTimeout(resolve, 20));
    const late = readers.flatMap(({latencies}) => latencies).sort((a, b) => a - b);
    const missing = readers.filter((reader) => reader.seen !== events || reader.bytes !== bytes).length;
    for (const {socket} of readers) socket.destroy();
    const flooded = hear();
    child.send("flood"); // what the system buffers for a connection must be full first
    const cut = await resumes(port, stalled, (await flooded).events);
    return {cpuMs, rssMb, missing, cut, p50: late[Math.floor(late.length * 0.5)], p99: late[Math.floor(late.length * 0.99)]};
  } finally {
    child.kill();
  }
}

/** Follows; counts the bytes of events, and notes how long the newest of each piece was on its way. */
function read(port, lastId = 0) {
  return new Promise((resolve, reject) => {
    const reader = {socket: connect(port, "127.0.0.1"), seen: lastId, bytes: 0, latencies: []};
    let last = "";
    reader.socket.on("error", reject);
    reader.socket.on("data", (piece) => {
      const now = performance.timeOrigin + performance.now();
      resolve(reader);
      reader.bytes += piece.length;
      for (let at = piece.indexOf(beat); at !== -1; at = piece.indexOf(beat, at + beat.length)) reader.bytes -= beat.length;
      const text = last + piece.latin1Slice(Math.max(0, piece.length - 1000));
      last = text.slice(-1000);
      const first = /"ms":([\d.]+)/.exec(piece.latin1Slice(0, Math.min(300, piece.length))); // it has waited longest
      if (first) reader.latencies.push(now - Number(first[1]));
      // A beat, or who is present, may stand after it.
      const found = [...last.matchAll(/id: run\/(\d+)\ndata: \{[^\n]*"ms":([\d.]+)[^\n]*\n\n/g)].at(-1);
      if (!found) return;
      const seq = Number(found[1]);
      if (seq < reader.seen) return reject(new Error(`event ${seq} came after ${reader.seen}`));
      if (seq > reader.seen) reader.latencies.push(now - Number(found[2]));
      reader.seen = seq;
    });
    reader.socket.write(`GET / HTTP/1.0\r\n${lastId > 0 ? `Last-Event-ID: run/${lastId}\r\n` : ""}\r\n`); // 1.0: in no chunks
  });
}
const beat = Buffer.from("event: beat\ndata: {}\n\n");

/** Follows and takes nothing. */
function stall(port) {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.pause();
  socket.write("GET / HTTP/1.0\r\n\r\n");
  return socket;
}

/** The stalled reader was cut off: what is left of its connection ends, and from what it had it gets the rest; 1 if so. */
async function resumes(port, socket, events) {
  let text = "";
  const over = new Promise((resolve) => {
    socket.on("close", () => resolve(true));
    setTimeout(() => resolve(false), 15_000);
  });
  socket.on("data", (bytes) => {
    text += bytes.toString("latin1");
  });
  socket.resume();
  if (!(await over)) return 0;
  const whole = [...text.matchAll(/\nid: run\/(\d+)\n[^\n]*\n\n/g)].at(-1);
  const reader = await read(port, Number(whole?.[1] ?? 0));
  const end = Date.now() + 15_000;
  while (reader.seen < events && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
  reader.socket.destroy();
  return reader.seen === events ? 1 : 0;
}

import type {Server} from "node:http";
import {createServer} from "node:http";
import type {AddressInfo, Socket} from "node:net";
import {connect} from "node:net";
import {afterEach, expect, test} from "vitest";

import type {Event} from "../../src/model/event.ts";
import type {RunId, StepId} from "../../src/model/runbook.ts";
import {Broadcast} from "../../src/server/broadcast.ts";
import {toList} from "../../src/server/event-stream.ts";
import {openLine} from "../../src/server/line.ts";

let broadcast: Broadcast;
let server: Server | undefined;
afterEach(async () => {
  broadcast.close();
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
});

async function serve(): Promise<number> {
  broadcast = new Broadcast(() => ({present: broadcast.present}));
  broadcast.reset("run" as RunId);
  server = createServer((request, response) => {
    broadcast.follow(openLine(response, request.headers["x-name"] as string), (request.headers["last-event-id"] as string) ?? null);
  });
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** HTTP/1.0, so that what comes stands in no chunks. */
function follow(port: number, name: string, lastId = ""): {socket: Socket; text(): string; readonly closed: Promise<unknown>} {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.on("error", () => {});
  socket.on("data", (bytes) => {
    text += bytes;
  });
  socket.write(`GET / HTTP/1.0\r\nX-Name: ${name}\r\n${lastId === "" ? "" : `Last-Event-ID: ${lastId}\r\n`}\r\n`);
  return {socket, text: () => text, closed: new Promise((resolve) => socket.on("close", resolve))};
}

const tell = (seq: number, text: string): void =>
  broadcast.publish([
    {
      seq,
      at: "2026-01-31T14:30:00.000Z",
      ms: seq,
      type: "output-written",
      step: "a" as StepId,
      attempt: 1,
      output: {type: "text", stream: "stdout", text}
    } as Event
  ]);
const seqsOf = (text: string): readonly number[] => [...text.matchAll(/^id: run\/(\d+)\ndata: .*\n\n/gm)].map(([, seq]) => Number(seq));

test("a reader that takes nothing while much comes is cut off, and gets the rest from where it was", async () => {
  const port = await serve();
  const ada = follow(port, "ada");
  const stalled = follow(port, "grace");
  await expect.poll(() => broadcast.present).toEqual(["ada", "grace"]);
  stalled.socket.pause();
  let seq = 0;
  while (broadcast.present.includes("grace") && seq < 2000) {
    for (let i = 0; i < 4; i++) tell(++seq, "x".repeat(64 * 1024));
    await expect.poll(() => seqsOf(ada.text().slice(-200_000)).at(-1), {timeout: 15_000, interval: 5}).toBe(seq); // whoever reads, keeps up
  }
  expect(broadcast.present).toEqual(["ada"]);
  expect(seq).toBeLessThan(2000);
  stalled.socket.resume();
  await stalled.closed;
  const had = seqsOf(stalled.text());
  tell(++seq, "last");
  const again = follow(port, "grace", `run/${had.at(-1) ?? 0}`);
  await expect.poll(() => seqsOf(again.text()).at(-1), {timeout: 15_000}).toBe(seq);
  await expect.poll(() => seqsOf(ada.text()).at(-1), {timeout: 15_000}).toBe(seq);
  // What was told together comes together: some of it may come twice, and is told by its number.
  expect([...new Set([...had, ...seqsOf(again.text())])]).toEqual(Array.from({length: seq}, (_, place) => place + 1));
  expect(seqsOf(ada.text())).toEqual(Array.from({length: seq}, (_, place) => place + 1));
  ada.socket.destroy();
  again.socket.destroy();
});

test("a reader with a slow line is not cut off while it takes what comes", async () => {
  const port = await serve();
  const slow = follow(port, "grace");
  await expect.poll(() => broadcast.present).toEqual(["grace"]);
  const began = performance.now();
  slow.socket.on("data", () => {
    slow.socket.pause(); // at most 6 MB a second
    setTimeout(() => slow.socket.resume(), 10);
  });
  let seq = 0;
  while (performance.now() - began < 3000) {
    for (let i = 0; i < 16; i++) tell(++seq, "x".repeat(64 * 1024));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(broadcast.present, `${seq} events`).toEqual(["grace"]);
  }
  slow.socket.removeAllListeners("data").on("data", () => {});
  slow.socket.destroy();
  await expect.poll(() => broadcast.present).toEqual([]);
});

test("what has been told can be had as JSON, whatever is in it", async () => {
  await serve();
  const texts = ["plain\n", "one\u2028id: run/9\u2029data: two\n\nid: run/9\ndata: three\n\n", "last"];
  for (const [place, text] of texts.entries()) {
    tell(place + 1, text);
    if (place > 0) await new Promise((resolve) => setTimeout(resolve, 80)); // the first two in one piece
  }
  const told = JSON.parse([...toList(broadcast.past())].join("")) as Event[];
  expect(told.map((event) => event.type === "output-written" && event.output.type === "text" && event.output.text)).toEqual(texts);
});

test("who is present is told once for all that came and went together", async () => {
  const port = await serve();
  const ada = follow(port, "ada");
  await expect.poll(() => ada.text()).toContain('{"present":["ada"]}');
  const others = Array.from({length: 40}, (_, place) => follow(port, place % 2 === 0 ? "grace" : "edsger"));
  await expect.poll(() => ada.text()).toContain('"grace","edsger"');
  for (const {socket} of others) socket.destroy();
  await expect
    .poll(() =>
      ada
        .text()
        .match(/\{"present":\[[^\]]*\]\}/g)!
        .at(-1)
    )
    .toBe('{"present":["ada"]}');
  expect(ada.text().match(/event: desk/g)!.length).toBeLessThan(20);
  ada.socket.destroy();
});

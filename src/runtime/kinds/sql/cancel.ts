/** Ends a running statement: by the protocol's cancel request, then from a second connection, then by closing the socket. */
import {connect as connectSocket} from "node:net";
import type {Connected} from "./connect.ts";
import {connect, destroy} from "./connect.ts";

const ASK_AGAIN_MS = 2000;
const GIVE_UP_MS = 5000;

/** Resolves when no cancel request can reach a later statement any more. `ended` settles when the statement has. */
export async function cancel(connected: Connected, ended: Promise<unknown>): Promise<void> {
  let over = false;
  const settled = ended.then(
    () => (over = true),
    () => (over = true)
  );
  await Promise.race([sendCancelRequest(connected), pause(ASK_AGAIN_MS)]);
  await Promise.race([settled, pause(ASK_AGAIN_MS)]);
  if (over) return;
  const second = connect(connected.resolved, "runbook cancel").then(async (other) => {
    await other.ask(`select pg_catalog.pg_cancel_backend(${connected.processId})`);
    await other.end();
  });
  await Promise.race([settled, Promise.all([second.catch(() => {}), pause(GIVE_UP_MS - ASK_AGAIN_MS)])]);
  if (!over) destroy(connected.client);
  await settled;
}

/** The server closes this connection once it has passed the request on. It goes without TLS, as libpq's always did. */
function sendCancelRequest({resolved: {host, port}, processId, secretKey}: Connected): Promise<void> {
  return new Promise((resolve) => {
    const socket = host.startsWith("/") ? connectSocket(`${host}/.s.PGSQL.${port}`) : connectSocket(port, host);
    socket.on("connect", () => {
      const request = Buffer.alloc(16);
      request.writeInt32BE(16, 0);
      request.writeInt32BE(80877102, 4);
      request.writeInt32BE(processId, 8);
      request.writeInt32BE(secretKey, 12);
      socket.write(request);
    });
    socket.on("error", () => resolve());
    socket.on("close", () => resolve());
    socket.resume();
    socket.setTimeout(GIVE_UP_MS, () => socket.destroy());
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());

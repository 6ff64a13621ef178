/** What a connection says on the side, on its way to the run: notices, and data of COPY in pieces worth an event. */
import type {NoticeMessage} from "pg-protocol/dist/messages.js";
import type {Emit, RawOutput} from "../../../model/kind.ts";
import type {Connected, Notification} from "./connect.ts";

const PIECE_BYTES = 64 * 1024;

export interface Outlet {
  copyData(chunk: Uint8Array): void;
  /** Hands on what is still here and waits until it was taken. */
  flush(): Promise<void>;
  close(): void;
}

export const wordsOf = ({channel, payload = ""}: Notification): string => `${channel}${payload === "" ? "" : `: ${payload}`}`;

export function openOutlet({client, unheard}: Connected, emit: Emit): Outlet {
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  let taken: Promise<void> = Promise.resolve();
  let waiting = 0;

  // The server must wait while nobody keeps up.
  function hand(output: RawOutput): void {
    const asked = emit(output);
    if (!asked) return;
    const {stream} = client.connection;
    if (waiting++ === 0) stream.pause();
    const done = (): void => {
      if (--waiting === 0) stream.resume();
    };
    taken = Promise.all([taken, asked.then(done, done)]).then(() => {});
  }
  function handPieces(): void {
    if (bytes === 0) return;
    const whole = Buffer.concat(pieces);
    pieces = [];
    bytes = 0;
    hand({type: "bytes", stream: "stdout", bytes: whole});
  }
  const onNotice = ({severity, code, message, detail, hint}: NoticeMessage): void => {
    handPieces();
    hand({
      type: "notice",
      severity: severity ?? "NOTICE",
      sqlstate: code ?? "00000",
      message: message ?? "",
      detail: detail ?? null,
      hint: hint ?? null
    });
  };
  const tell = (message: string, detail: string | null): void =>
    hand({type: "notice", severity: "NOTIFICATION", sqlstate: "00000", message, detail, hint: null});
  const onNotification = (notification: Notification): void => tell(wordsOf(notification), null);
  const {notifications, more} = unheard.take();
  for (const notification of notifications) tell(wordsOf(notification), "it came before this cell");
  if (more > 0) tell(`${more} more came before this cell`, null);
  client.on("notice", onNotice);
  client.on("notification", onNotification);
  return {
    copyData(chunk) {
      pieces.push(Uint8Array.from(chunk)); // the protocol's parser will write over its own buffer
      bytes += chunk.length;
      if (bytes >= PIECE_BYTES) handPieces();
    },
    async flush() {
      handPieces();
      await taken;
    },
    close() {
      client.off("notice", onNotice);
      client.off("notification", onNotification);
    }
  };
}

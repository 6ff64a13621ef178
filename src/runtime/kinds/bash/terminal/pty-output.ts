import {readSync} from "node:fs";
import type {Socket} from "node:net";
import {Readable} from "node:stream";

const mostAtEnd = 1024 ** 2; // of what a process prints that is still there

/**
 * What a pseudo-terminal shows, to the last byte. A socket alone is not enough: when the program has ended it reports the end after the
 * next 4 KiB, whatever is left, and the package that made it destroys it 200 ms later in any case. So the rest is read before it goes.
 */
export class PtyOutput extends Readable {
  readonly #socket: Socket;
  #isOver = false;

  constructor(socket: Socket, fd: number) {
    super({highWaterMark: 64 * 1024});
    this.#socket = socket;
    const destroy = socket.destroy.bind(socket);
    socket.on("data", (bytes: Buffer) => {
      if (!this.push(bytes)) socket.pause();
    });
    socket.destroy = (error) => {
      if (!this.#isOver) {
        this.#isOver = true;
        this.#takeRest(fd);
        this.push(null);
      }
      return destroy(error);
    };
  }

  override _read(): void {
    if (!this.#isOver) this.#socket.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#isOver = true;
    this.#socket.destroy();
    done(error);
  }

  #takeRest(fd: number): void {
    while (this.#socket.read() !== null); // each is told as data
    const buffer = Buffer.alloc(64 * 1024);
    try {
      for (let taken = 0, length = 1; length > 0 && taken < mostAtEnd; taken += length) {
        length = readSync(fd, buffer);
        if (length > 0) this.push(Buffer.from(buffer.subarray(0, length)));
      }
    } catch {
      // nobody has it open any more, or nothing more has come
    }
  }
}

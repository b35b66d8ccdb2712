// Cuts the bytes of a result file into lines. A line that is too long is handed out as `undefined` and its
// bytes are dropped, so that the lines after it can still be read.

const LF = 10;
/** A second of latencies is a few KiB; a machine's facts and options are less. */
export const MAX_LINE_BYTES = 4 * 1024 * 1024;

export class ResultLines {
  readonly #decoder = new TextDecoder();
  #held: Uint8Array[] = [];
  #heldBytes = 0;

  /** The lines that this chunk completes. */
  push(chunk: Uint8Array): (string | undefined)[] {
    const lines: (string | undefined)[] = [];
    let start = 0;
    for (let lf = chunk.indexOf(LF); lf !== -1; lf = chunk.indexOf(LF, start)) {
      this.#hold(chunk.subarray(start, lf));
      lines.push(this.#take());
      start = lf + 1;
    }
    this.#hold(chunk.subarray(start));
    return lines;
  }

  /** The line that has no line end, if there is one. */
  finish(): (string | undefined)[] {
    return this.#heldBytes === 0 ? [] : [this.#take()];
  }

  #hold(bytes: Uint8Array): void {
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > MAX_LINE_BYTES) this.#held = [];
    else if (bytes.length > 0) this.#held.push(bytes);
  }

  #take(): string | undefined {
    const text =
      this.#heldBytes > MAX_LINE_BYTES ? undefined : this.#decoder.decode(Buffer.concat(this.#held));
    this.#held = [];
    this.#heldBytes = 0;
    return text;
  }
}

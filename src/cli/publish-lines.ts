// Publishes lines in order, in batches that form by themselves: while one request is under way, the lines that
// arrive are gathered, and go out together when it is answered. So a file goes out in large batches, and a lone
// line from `tail -f` goes out at once. What is gathered is bounded; beyond that the input waits.
//
//   input -> lines -> gathered (<= 1,000 events, <= 1 MiB) -> one request at a time -> hub

import type { Readable } from 'node:stream';
import { HoldfastError } from '../base/errors.ts';
import { BatchSender, lineFailure, type PostLines, type PublishedLines } from './batch-sender.ts';
import { LineSplitter } from './line-splitter.ts';

/** What a line may have here, so that one without an end is not read for ever. The hub's own limit is lower. */
export const MAX_LINE_BYTES = 1024 * 1024;

export interface LineTarget {
  /** The event for a line as one line of NDJSON, or what is wrong with the line. */
  readonly encode: (line: Uint8Array) => { readonly event: string } | { readonly fault: string };
  /** Publishes lines of NDJSON, all or none. */
  readonly post: PostLines;
}

/**
 * Publishes every line of `input` until it ends.
 *
 * @throws HoldfastError when a line cannot be published; its message says which, and how many are published.
 */
export async function publishLines(input: Readable, target: LineTarget): Promise<PublishedLines> {
  const sender = new BatchSender(target.post, () => input.destroy());
  const fault = await readInto(sender, input, target);
  await sender.finish();
  if (fault !== undefined) throw lineFailure(sender, fault, 'Correct it, and publish from there');
  return sender;
}

/** Reads all lines into the sender; answers what is wrong with the line at which it stopped. */
async function readInto(
  sender: BatchSender,
  input: Readable,
  target: LineTarget,
): Promise<string | undefined> {
  const splitter = new LineSplitter(MAX_LINE_BYTES);
  const add = async (lines: Uint8Array[]): Promise<string | undefined> => {
    for (const line of lines) {
      const encoded = target.encode(line);
      if ('fault' in encoded) return encoded.fault;
      if (sender.isFull) await sender.untilRoom();
      sender.gather(encoded.event);
    }
    if (splitter.tooLong) return 'is longer than 1MiB';
    sender.flush();
    return undefined;
  };
  try {
    for await (const chunk of input) {
      const fault = await add(splitter.push(chunk as Uint8Array));
      if (fault !== undefined) return fault;
    }
    return await add(splitter.finish());
  } catch (error) {
    // A failed sender ends the input, and finish() tells why.
    if (sender.hasFailed) return undefined;
    if (!('syscall' in (error as Error))) throw error;
    throw new HoldfastError(
      'ERR_USAGE',
      `The input cannot be read: ${(error as Error).message}`,
      'Give --lines a file or a pipe',
      { cause: error },
    );
  }
}

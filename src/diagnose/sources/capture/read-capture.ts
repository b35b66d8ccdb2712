// Reads a capture to its end and gives the evidence that it holds: pcap and pcapng, also packed with gzip. It streams, so
// the size of the file does not matter; whatever the bytes are, it ends, within bounds, and says what it could not read.
//
//   bytes -> unpacked -> CaptureReader -> CaptureTally -> Dissector -> FlowTable -> flows

import { resolveOptions } from '../../../base/options.ts';
import { captureOptionTable, type ReadCaptureOptions } from './capture-options.ts';
import { type CaptureReading, CaptureTally } from './capture-tally.ts';
import { CaptureReader } from './file/capture-reader.ts';
import { unpacked } from './file/unpacked.ts';

export type { ReadCaptureOptions } from './capture-options.ts';
export type { CaptureReading } from './capture-tally.ts';

/**
 * Reads a capture.
 *
 * @param chunks - the bytes of the file; a chunk may be used again when the next is asked for. What it throws is thrown on.
 * @returns what the capture holds. Where it holds no packet and there are problems, it was no capture at all.
 */
export async function readCapture(
  chunks: AsyncIterable<Uint8Array>,
  options?: ReadCaptureOptions,
): Promise<CaptureReading> {
  const tally = new CaptureTally(resolveOptions('readCapture', captureOptionTable, options));
  const reader = new CaptureReader(tally);
  let length = 0;
  for await (const chunk of unpacked(chunks, (message) => tally.problem(length, message))) {
    length += chunk.length;
    reader.push(chunk);
  }
  reader.end();
  return tally.finish();
}

// `holdfast pub --follow`: publishes the lines that a file grows by, at least once. A batch is sent until the hub has
// taken it, and only then is the place in the file moved on; each line has a key, so that one that is sent twice is
// one event.
//
//   GrowingFile --batch--> encode --> deliver (again and again) --> writePlace

import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { untilStopSignal } from '../server/signals.ts';
import { encodeLine } from './encode-line.ts';
import { EventDelivery } from './event-delivery.ts';
import { failureLine } from './failure-line.ts';
import { readPlace, writePlace } from './file-place.ts';
import { type FileLine, GrowingFile } from './growing-file.ts';
import type { HeaderList } from './publish-request.ts';
import { postEvents } from './publish-request.ts';
import { usageError } from './usage-failure.ts';

export interface FileSource {
  readonly url: URL;
  readonly topic: string;
  readonly type: string | undefined;
  readonly json: true | undefined;
  readonly headers: HeaderList;
  readonly state: string | undefined;
  readonly from: string;
}

/** Until a signal stops it; what is being sent then has 2 s to be answered. */
const STOP_GRACE_MS = 2000;

/** Follows the file until a signal comes. */
export async function pubFile(path: string, source: FileSource): Promise<void> {
  const { state, url, headers } = source;
  if (state !== undefined && resolve(state) === resolve(path)) {
    throw usageError('--state names the file that is followed', 'Give the state a file of its own');
  }
  const place = state === undefined ? undefined : await readPlace(state, path);
  const stop = new AbortController();
  const cut = new AbortController();
  void untilStopSignal().then(() => {
    stop.abort();
    setTimeout(() => cut.abort(), STOP_GRACE_MS).unref();
  });
  const file = await GrowingFile.open(path, place ?? (source.from === 'end' ? 'end' : 'start'), note);
  const delivery = new EventDelivery(
    (body) => postEvents(url, 'application/x-ndjson', body, headers, cut.signal),
    note,
  );
  let left = 0;
  try {
    for (;;) {
      const lines = await file.nextLines(stop.signal);
      if (lines.length === 0) break;
      const events = encodeAll(lines, source);
      left += lines.length - events.length;
      left += await delivery.deliver(events, cut.signal);
      if (cut.signal.aborted) break;
      if (state !== undefined) await writePlace(state, file.place!);
    }
  } finally {
    await file.close();
  }
  process.stdout.write(`${delivery.count} events published\n`);
  if (left > 0) process.exitCode = 1;
}

/** The lines as events; those that are none are told. */
function encodeAll(lines: readonly FileLine[], source: FileSource) {
  const { topic, type, json } = source;
  return lines.flatMap(({ bytes, key, offset }) => {
    const where = `The line at byte ${offset}`;
    const encoded =
      bytes === undefined
        ? { fault: 'is longer than 1MiB' }
        : encodeLine(bytes, { topic, type, json, key: `${key}-${digestOf(bytes, source)}` });
    if ('event' in encoded) return [{ event: encoded.event, where }];
    note(`${where} ${encoded.fault}; it is left out`);
    return [];
  });
}

/** The hub refuses a key with other content: here other content, such as another type, is another key. */
function digestOf(bytes: Uint8Array, { topic, type = '', json }: FileSource): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([topic, type, json === true]))
    .update(bytes);
  return hash.digest('base64url').slice(0, 16);
}

function note(sentence: string): void {
  process.stderr.write(`${failureLine({ message: sentence, help: '' })}\n`);
}

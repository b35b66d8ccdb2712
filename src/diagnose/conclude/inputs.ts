// What was given, in short, with what the reader of the file noticed.

import type { CaptureSource, Evidence } from '../evidence.ts';
import type { InputSummary } from '../finding.ts';
import { count } from '../rules/words.ts';

/** No network carries a TCP payload of this size in one packet: it was captured before or behind the card. */
const MAX_SEGMENT = 9000;
const MAX_PROBLEMS = 5;

export function inputSummaries({ sources }: Evidence): InputSummary[] {
  return sources.map((source) => {
    const { name, kind, firstMs, lastMs, problems, problemCount } = source;
    const notes = kind === 'capture' ? captureNotes(source) : [];
    for (const { message, offset } of problems.slice(0, MAX_PROBLEMS)) {
      notes.push(offset === undefined ? message : `${message} (byte ${offset})`);
    }
    const leftOut = problemCount - Math.min(problems.length, MAX_PROBLEMS);
    if (leftOut > 0) notes.push(count(leftOut, 'more problem'));
    return {
      name,
      kind,
      size: kind === 'capture' ? source.packets : kind === 'log' ? source.lines : 1,
      ...(firstMs !== undefined && { fromMs: firstMs }),
      ...(lastMs !== undefined && { untilMs: lastMs }),
      notes,
    };
  });
}

function captureNotes(source: CaptureSource): string[] {
  const notes: string[] = [];
  if (source.doubledPackets > 0)
    notes.push(`captured twice and counted once: ${count(source.doubledPackets, 'packet')}`);
  if (source.cutPackets > 0)
    notes.push(`cut by the capture (snaplen): ${count(source.cutPackets, 'packet')}`);
  if (source.flowsLeftOut > 0)
    notes.push(`left out, beyond the limit: ${count(source.flowsLeftOut, 'connection')}`);
  const offload = source.wrongChecksums.filter((sender) => sender.count > 2).map(({ address }) => address);
  if (offload.length > 0) {
    notes.push(
      `wrong checksums from ${offload.join(', ')}: most likely the host that captured (checksum offload)`,
    );
  }
  const large = source.largestPayloads
    .filter((sender) => sender.count > MAX_SEGMENT)
    .map(({ address }) => address);
  if (large.length > 0)
    notes.push(
      `packets larger than any link carries from ${large.join(', ')}: captured on a host that leaves cutting to its card`,
    );
  return notes;
}

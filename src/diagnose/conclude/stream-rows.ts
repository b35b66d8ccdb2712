// All streams as rows of one drawing: when each began, when payload came, how it ended.

import type { StreamRow } from '../finding.ts';
import type { Scene } from '../timeline/scene.ts';
import type { End, Stream } from '../timeline/stream.ts';
import type { ChosenClaim } from './chosen-claims.ts';
import { unknownReason } from './counts.ts';

/** So many bursts of the beginning, and so many of the end. */
const MAX_BURSTS = 60;

export function streamRows(
  { streams }: Scene,
  chosen: readonly ChosenClaim[],
  max: number,
): { readonly rows: readonly StreamRow[]; readonly leftOut: number } {
  const verdicts = new Map<Stream, string>();
  for (const { rule, streams: of, beside } of chosen) {
    for (const stream of [...of, ...beside]) verdicts.set(stream, rule.id);
  }
  const order = [...streams].sort((a, b) => Number(verdicts.has(b)) - Number(verdicts.has(a)));
  const shown = order.slice(0, max).sort((a, b) => a.flow.firstMs - b.flow.firstMs);
  return {
    rows: shown.map((stream) => row(stream, verdicts.get(stream))),
    leftOut: streams.length - shown.length,
  };
}

function row(stream: Stream, finding: string | undefined): StreamRow {
  const { flow, exchange, end, normal } = stream;
  const bursts = exchange === undefined ? flow.halves.server.bursts : exchange.bursts;
  const kept =
    bursts.length <= MAX_BURSTS * 2 ? bursts : [...bursts.slice(0, MAX_BURSTS), ...bursts.slice(-MAX_BURSTS)];
  return {
    id: stream.id,
    client: `${flow.client.address}:${flow.client.port}`,
    server: `${flow.server.address}:${flow.server.port}`,
    what:
      exchange?.request === undefined
        ? stream.phase
        : `${exchange.request.method} ${exchange.request.target.slice(0, 120)}`,
    beginMs: exchange === undefined ? flow.firstMs : stream.beginMs,
    endMs: Math.max(end.atMs, flow.firstMs),
    bursts: kept.map(({ atMs, untilMs }) => [atMs, untilMs] as const),
    end: endText(end),
    verdict: finding ?? normal ?? `not known: ${unknownReason(stream)}`,
    isFinding: finding !== undefined,
  };
}

function endText({ kind, by, form }: End): string {
  const who = by === undefined ? '' : ` from the ${by}`;
  if (kind === 'fin') return `FIN${who}`;
  if (kind === 'rst') return `RST${who}${form === undefined ? '' : ` (${form})`}`;
  if (kind === 'stream-reset') return `RST_STREAM${who}`;
  if (kind === 'silence') return `no answer to the ${by}`;
  if (kind === 'unanswered') return 'no answer to SYN';
  return kind === 'refused' ? 'refused' : 'open';
}

// All streams on one clock: a line from beginning to end, a tick for each burst of payload, and how it ended.

import { type Html, html } from '../html-text.ts';
import type { StreamRowRecord } from './diagnosis-record.ts';
import { spanText } from './diagnosis-words.ts';

const WIDTH = 960;
const LEFT = 190;
const RIGHT = 150;
const ROW = 20;
const TOP = 34;
/** More rows than this are more than anybody looks at; those of findings come first. */
const MAX_ROWS = 120;

export function timelineDrawing(all: readonly StreamRowRecord[], leftOut: number): Html {
  const rows = chosen(all);
  if (rows.length === 0) return html``;
  const fromMs = Math.min(...rows.map(({ beginMs }) => beginMs));
  const untilMs = Math.max(...rows.map(({ endMs }) => endMs), fromMs + 1);
  const scale = (ms: number) => round(LEFT + ((ms - fromMs) / (untilMs - fromMs)) * (WIDTH - LEFT - RIGHT));
  const height = TOP + rows.length * ROW + 8;
  const more = all.length - rows.length + leftOut;
  return html`<figure class="timeline"><div class="scroll"><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Streams over time">
${ticks(fromMs, untilMs, scale, height)}
${rows.map((row, i) => streamLine(row, TOP + i * ROW + ROW / 2, scale))}
</svg></div><figcaption>Each line is a stream, each tick a burst of payload from the server.${more > 0 && ` ${more} more streams are not drawn.`}</figcaption></figure>`;
}

function chosen(all: readonly StreamRowRecord[]): readonly StreamRowRecord[] {
  if (all.length <= MAX_ROWS) return all;
  const found = all.filter(({ isFinding }) => isFinding).slice(0, MAX_ROWS);
  const others = all.filter(({ isFinding }) => !isFinding).slice(0, MAX_ROWS - found.length);
  return [...found, ...others].sort((a, b) => a.beginMs - b.beginMs);
}

function streamLine(row: StreamRowRecord, y: number, scale: (ms: number) => number): Html {
  const [x1, x2] = [scale(row.beginMs), scale(row.endMs)];
  const kind = row.isFinding
    ? 'bad'
    : row.verdict === 'still open'
      ? 'open'
      : row.verdict.startsWith('not known')
        ? 'unknown'
        : 'good';
  const mark =
    kind === 'bad'
      ? html`<path class="mark" d="M${x2 - 4} ${y - 4}L${x2 + 4} ${y + 4}M${x2 - 4} ${y + 4}L${x2 + 4} ${y - 4}"></path>`
      : kind === 'open'
        ? html`<path class="mark" d="M${x2} ${y - 4}L${x2 + 6} ${y}L${x2} ${y + 4}Z"></path>`
        : html`<circle class="mark" cx="${x2}" cy="${y}" r="3"></circle>`;
  const title = `${row.id}: ${row.client} to ${row.server}, ${row.what}; ${row.end}; ${row.verdict}`;
  return html`<g class="${kind}"><title>${title}</title>
<text class="name" x="0" y="${y + 4}">${shorten(`${row.client} ${row.what}`, 30)}</text>
<line x1="${x1}" y1="${y}" x2="${x2}" y2="${y}"></line>
<path class="bursts" d="${burstPath(row, y, scale)}"></path>${mark}
<text class="verdict" x="${Math.min(x2 + 10, WIDTH - RIGHT + 10)}" y="${y + 4}">${shorten(kind === 'bad' ? `${row.verdict} ${row.end.replace(/ from the .*/, '')}` : row.verdict.replace(/:.*/, ''), 24)}</text></g>`;
}

function burstPath({ bursts }: StreamRowRecord, y: number, scale: (ms: number) => number): string {
  // Ticks closer than a pixel are one.
  const seen = new Set<number>();
  return bursts
    .map(([fromMs]) => Math.round(scale(fromMs)))
    .filter((x) => !seen.has(x) && seen.add(x))
    .map((x) => `M${x} ${y - 5}V${y + 5}`)
    .join('');
}

function ticks(fromMs: number, untilMs: number, scale: (ms: number) => number, height: number): Html[] {
  const stepMs = stepOf(untilMs - fromMs);
  const marks: Html[] = [];
  for (let ms = 0; ms <= untilMs - fromMs; ms += stepMs) {
    const x = scale(fromMs + ms);
    marks.push(
      html`<line class="grid" x1="${x}" y1="22" x2="${x}" y2="${height}"></line><text class="time" x="${x}" y="14" text-anchor="middle">${ms === 0 ? '0' : spanText(ms)}</text>`,
    );
  }
  return marks;
}

const steps = [
  10, 50, 100, 250, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000,
  3_600_000,
];

function stepOf(spanMs: number): number {
  return steps.find((step) => spanMs / step <= 7) ?? Math.ceil(spanMs / 7 / 3_600_000) * 3_600_000;
}

const shorten = (text: string, most: number) => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);
const round = (value: number) => Math.round(value * 10) / 10;

// The packets around one end between two lines, client and server, as SVG. Time runs down; a pause is drawn as a break.

import { type Html, html } from '../html-text.ts';
import type { LadderRecord, LadderStepRecord } from './diagnosis-record.ts';
import { spanText } from './diagnosis-words.ts';

const WIDTH = 640;
const CLIENT_X = 150;
const SERVER_X = 540;
const TOP = 46;
const STEP = 30;
const PAUSE = 26;
/** A pause of this length is said in words. */
const LONG_MS = 400;

export function ladderDrawing({ stream, client, server, steps }: LadderRecord): Html {
  let y = TOP;
  const parts: Html[] = [];
  steps.forEach((step, i) => {
    const before = steps[i - 1];
    const pauseMs = before === undefined ? 0 : step.offsetMs - before.offsetMs;
    if (pauseMs >= LONG_MS) {
      parts.push(pause(y, pauseMs));
      y += PAUSE;
    }
    parts.push(arrow(step, y));
    y += STEP;
  });
  const height = y + 6;
  return html`<figure class="ladder"><figcaption>${stream}</figcaption><div class="scroll"><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Packets around the end of ${stream}">
<text class="end-name" x="${CLIENT_X}" y="18" text-anchor="middle">client ${client}</text>
<text class="end-name" x="${SERVER_X}" y="18" text-anchor="middle">server ${server}</text>
<line class="life" x1="${CLIENT_X}" y1="28" x2="${CLIENT_X}" y2="${height}"></line>
<line class="life" x1="${SERVER_X}" y1="28" x2="${SERVER_X}" y2="${height}"></line>
${parts}
</svg></div></figure>`;
}

function arrow({ offsetMs, from, label, place, role }: LadderStepRecord, y: number): Html {
  const [x1, x2] = from === 'client' ? [CLIENT_X, SERVER_X] : [SERVER_X, CLIENT_X];
  const direction = from === 'client' ? -1 : 1;
  const tip = x2 + direction * 8;
  return html`<g class="${role}"><text class="time" x="64" y="${y + 4}" text-anchor="end">${offsetText(offsetMs)}</text>
<text class="label" x="${(CLIENT_X + SERVER_X) / 2}" y="${y - 5}" text-anchor="middle">${label}</text>
<line x1="${x1}" y1="${y}" x2="${tip}" y2="${y}"></line><path d="M${x2} ${y}L${tip} ${y - 4}L${tip} ${y + 4}Z"></path>
<text class="number" x="${SERVER_X + 12}" y="${y + 4}">${place.kind} ${place.number}</text></g>`;
}

function pause(y: number, ms: number): Html {
  const middle = y - 6;
  return html`<g class="pause"><line x1="${CLIENT_X - 12}" y1="${middle}" x2="${SERVER_X + 12}" y2="${middle}"></line><text x="${(CLIENT_X + SERVER_X) / 2}" y="${middle + 4}" text-anchor="middle"><tspan class="gap">  ${spanText(ms)} without a packet  </tspan></text></g>`;
}

function offsetText(ms: number): string {
  if (ms === 0) return 'end';
  const sign = ms < 0 ? '−' : '+';
  const size = Math.abs(ms);
  return `${sign}${size < 1000 ? `${size < 10 ? size.toFixed(1) : Math.round(size)} ms` : `${(size / 1000).toFixed(2)} s`}`;
}

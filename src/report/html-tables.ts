// What the page says about one run in tables: verdict, headline figures, latencies, all figures, ends.

import { type Figure, headlineIds } from './figures.ts';
import { type Html, html } from './html-text.ts';
import { formatQuantity } from './quantity.ts';
import type { Verdict } from './record.ts';
import type { RunSection } from './run-section.ts';
import { figureText, latencyCells, latencyHead, roundsCells } from './words.ts';

/** What a talk would show: the verdict and the figures in large. */
export function figureSection({ groups, verdict }: RunSection): Html {
  const all = groups.flatMap((group) => group.figures);
  const headline = headlineIds
    .map((id) => all.find((figure) => figure.id === id))
    .filter((figure) => figure !== undefined);
  return html`${verdict && verdictBlock(verdict)}
${headline.length > 0 && html`<dl class="headline">${headline.map(tile)}</dl>`}`;
}

function tile(figure: Figure): Html {
  const [, number, unit] = /^([\d.,]+)(.*)$/.exec(figureText(figure)) ?? [];
  return html`<div><dt>${figure.label}</dt><dd>${number}<small>${unit}</small></dd>${figure.note && html`<dd class="quiet">${figure.note}</dd>`}</div>`;
}

/** Of a scenario: the arithmetic behind its verdict, and its faults one by one. */
function proofTables({ proof, faults }: RunSection): Html {
  const rows = proof.map(
    ([label, text]) => html`<tr><th scope="row">${label}</th><td class="words">${text}</td></tr>`,
  );
  const made = faults.map(({ name, atMs, untilMs, detail, notMade }) =>
    tableRow([
      name,
      `${(atMs / 1000).toFixed(1)} s`,
      untilMs === undefined ? 'at once' : `${(untilMs / 1000).toFixed(1)} s`,
      notMade === undefined ? detail : `not made: ${notMade}`,
    ]),
  );
  return html`${rows.length > 0 && html`<h3>What faults cost</h3><table><tbody>${rows}</tbody></table>`}
${made.length > 0 && html`<h3>Faults</h3><div class="scroll"><table><thead><tr><th scope="col">fault</th><th scope="col">from</th><th scope="col">to</th><th scope="col">how</th></tr></thead><tbody>${made}</tbody></table></div>`}`;
}

export function runTables(section: RunSection): Html {
  const { groups, latencies, ends, notMeasured } = section;
  const rest = groups.filter((group) => group.title !== 'Latency');
  return html`${proofTables(section)}
${latencies.length > 0 && html`<h3>Latency</h3><div class="scroll"><table><thead><tr>${latencyHead.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${latencies.map((row) => tableRow(latencyCells(row)))}</tbody></table></div>`}
<div class="groups">${rest.map(
    ({ title, figures }) =>
      html`<div><h3>${title}</h3><table><tbody>${figures.map(figureRow)}</tbody></table></div>`,
  )}${ends.length > 0 && endsBlock(ends)}</div>
${notMeasured.length > 0 && html`<p class="quiet">Not measured: ${notMeasured.join('; ')}.</p>`}`;
}

function figureRow(figure: Figure): Html {
  const note = figure.note && html` <small>${figure.note}</small>`;
  return html`<tr><th scope="row">${figure.label}${note}</th><td>${figureText(figure)}</td></tr>`;
}

function tableRow([label, ...cells]: readonly string[]): Html {
  return html`<tr><th scope="row">${label}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`;
}

/** Every run in a line, where several are compared. */
export function roundsTable(sections: readonly RunSection[]): Html {
  const [head, ...rows] = roundsCells(sections);
  return html`<div class="scroll"><table><thead><tr>${head!.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead><tbody>${rows.map(tableRow)}</tbody></table></div>
${sections.flatMap(({ name, notes }) => notes.map((note) => html`<p class="note">${name}: ${note}</p>`))}`;
}

function endsBlock(ends: RunSection['ends']): Html {
  const most = Math.max(...ends.map(([, count]) => count));
  const rows = ends.map(([reason, count]) => {
    // A width as an attribute: the content policy allows no style of an element's own.
    const width = Math.max((count / most) * 100, 0.5).toFixed(1);
    const bar = html`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="${width}" height="8"/></svg>`;
    return html`<tr><th scope="row">${reason}</th><td class="bar">${bar}</td><td>${formatQuantity(count, 'count')}</td></tr>`;
  });
  return html`<div><h3>Ends by reason</h3><table><tbody>${rows}</tbody></table></div>`;
}

export function verdictBlock({ outcome, checks }: Verdict): Html {
  const rows = checks.map(
    (check) =>
      html`<tr><td>${badge(check.outcome)}</td><th scope="row"><code>${check.objective}</code></th><td class="words">${check.because}</td></tr>`,
  );
  return html`<section class="verdict ${classOf(outcome)}"><h2>Verdict: ${badge(outcome)}</h2><table><tbody>${rows}</tbody></table></section>`;
}

const badge = (outcome: string) => html`<span class="badge ${classOf(outcome)}">${outcome}</span>`;
const classOf = (outcome: string) => (outcome === 'pass' ? 'pass' : outcome === 'fail' ? 'fail' : 'unproven');

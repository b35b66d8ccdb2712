// Runs side by side: the comparison with its ratios, and what was run in each.

import type { Comparison, ComparisonRow, Spread } from './comparison.ts';
import { factTable } from './fact-table.ts';
import { type Html, html } from './html-text.ts';
import type { RunSection } from './run-section.ts';
import { ratioCell, valueCell } from './words.ts';

/** Ratios this near to 1 are no difference. */
const SAME = 0.02;

export function comparisonTable({ peers, rows, notes }: Comparison): Html {
  const head = peers.map(
    ({ name, rounds }, i) =>
      html`<th scope="col"${i > 0 && html` colspan="2"`}><span class="swatch peer${i % 6}"></span>${name}${rounds.length > 1 && html` <small>median of ${rounds.length}</small>`}</th>`,
  );
  const ratios =
    peers.length > 1 &&
    html`<p class="quiet">Ratios are of ${peers[0]!.name}, round by round: the median, and the spread in brackets. A better one is green, a worse one red, where the whole spread is more than 2 % to one side.</p>`;
  return html`<div class="scroll"><table class="comparison"><thead><tr><td></td>${head}</tr></thead><tbody>${rows.map(row)}</tbody></table></div>
${ratios}${notes.map((note) => html`<p class="quiet">${note}</p>`)}`;
}

function row({ label, unit, cells, better }: ComparisonRow): Html {
  const columns = cells.map((cell, i) => {
    const value = html`<td>${valueCell(cell, unit)}</td>`;
    return i === 0
      ? value
      : html`${value}<td class="ratio ${side(cell?.ratio, better)}">${ratioCell(cell)}</td>`;
  });
  return html`<tr><th scope="row">${label}</th>${columns}</tr>`;
}

function side(ratio: Spread | undefined, better: ComparisonRow['better']): string {
  if (ratio === undefined || better === undefined) return '';
  if (ratio.max < 1 - SAME) return better === 'less' ? 'better' : 'worse';
  if (ratio.min > 1 + SAME) return better === 'more' ? 'better' : 'worse';
  return '';
}

export function factTables(sections: readonly RunSection[]): Html {
  const { shared, differing } = factTable(sections);
  const rows = shared.map(
    ([name, value]) => html`<tr><th scope="row">${name}</th><td class="words">${value}</td></tr>`,
  );
  // A run in a row: there can be many runs, and few facts that differ.
  const head = differing.map(([name]) => html`<th scope="col">${name}</th>`);
  const others = sections.map(({ name }, i) => {
    const cells = differing.map(([, values]) => html`<td class="words">${values[i] || '-'}</td>`);
    return html`<tr><th scope="row">${name}</th>${cells}</tr>`;
  });
  return html`${differing.length > 0 && html`<h3>What differed</h3><div class="scroll"><table class="differing"><thead><tr><td></td>${head}</tr></thead><tbody>${others}</tbody></table></div>`}
${shared.length > 0 && html`${sections.length > 1 && html`<h3>The same for all</h3>`}<div class="scroll"><table><tbody>${rows}</tbody></table></div>`}`;
}

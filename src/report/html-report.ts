// The report as one page that needs nothing else: no network, no other file. Tables are written here; plots
// are drawn by the script that the page carries, from the data that it carries.

import { comparisonTable, factTables } from './html-comparison.ts';
import { plotsOfOne, plotsOfSeveral } from './html-plots.ts';
import { figureSection, roundsTable, runTables, verdictBlock } from './html-tables.ts';
import { type Html, html, jsonForScript, trusted } from './html-text.ts';
import { loadPageAssets } from './page-assets.ts';
import { plotData } from './plot-data.ts';
import type { ReportDocument } from './report-document.ts';
import type { RunSection } from './run-section.ts';
import { runLine } from './words.ts';

export function htmlReport(document: ReportDocument): string {
  const { scripts, styles, contentPolicy } = loadPageAssets();
  const data = plotData(document);
  // The policy stands before everything that it is about.
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${document.title}</title>
${styles.map((style) => html`<style>${trusted(style)}</style>`)}
</head>
<body>
${document.comparison === undefined ? single(document, plotsOfOne(data)) : several(document, plotsOfSeveral(data))}
<section class="facts"><h2>What was run</h2>${factTables(document.sections)}</section>
<footer class="quiet">Made by holdfast report ${document.version}. This page is complete: it loads nothing.</footer>
<noscript><p class="note">The plots need JavaScript; the tables do not.</p></noscript>
<script type="application/json" id="plot-data">${jsonForScript(data)}</script>
${scripts.map((script) => html`<script>${trusted(script)}</script>`)}
</body>
</html>
`;
  return page.text;
}

function single({ title, sections }: ReportDocument, plots: Html): Html {
  const section = sections[0]!;
  return html`<header><h1>${title}</h1><p>${runLine(section)}</p></header>
${notesOf(section)}${figureSection(section)}
<section>${plots}</section>
${runTables(section)}`;
}

function several({ title, sections, comparison }: ReportDocument, plots: Html): Html {
  return html`<header><h1>${title}</h1><p>${sections.length} runs of ${comparison!.peers.length} ${comparison!.peers.length === 1 ? 'peer' : 'peers'}</p></header>
<section><h2>Comparison</h2>${comparisonTable(comparison!)}</section>
<section>${plots}</section>
<section><h2>Runs</h2>${roundsTable(sections)}
${sections.map((section) => html`<details><summary>${section.name}<small>${runLine(section)}</small></summary>${notesOf(section)}${section.verdict && verdictBlock(section.verdict)}${runTables(section)}</details>`)}</section>`;
}

const notesOf = ({ notes }: RunSection) => notes.map((note) => html`<p class="note">${note}</p>`);

// A diagnosis as one page: no script, no network, no other file.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { coloursFile } from '../../web/page-files.ts';
import { type Html, html, trusted } from '../html-text.ts';
import type { DiagnosisRecord, FindingRecord, ReasonRecord } from './diagnosis-record.ts';
import { countText, inputText, placesText, surenessText, verdictText } from './diagnosis-words.ts';
import { ladderDrawing } from './ladder-drawing.ts';
import { timelineDrawing } from './timeline-drawing.ts';

export function diagnosisHtml(diagnosis: DiagnosisRecord, version: string): string {
  const { inputs, findings, normal, unknown, notChecked, streams, streamsLeftOut } = diagnosis;
  const own = ['../page/report.css', '../page/diagnosis.css'].map((name) => new URL(name, import.meta.url));
  const styles = [coloursFile, ...own].map((file) => readFileSync(file, 'utf8'));
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(styles)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Diagnosis: ${verdictText(diagnosis)}</title>
${styles.map((style) => html`<style>${trusted(style)}</style>`)}
</head>
<body class="diagnosis">
<header><h1>${verdictText(diagnosis)}</h1>${inputs.map((input) => html`<p class="quiet">${inputText(input)}</p>${input.notes.map((note) => html`<p class="note">${note}</p>`)}`)}</header>
${findings.map((finding) => findingSection(finding))}
${streams.length > 0 && html`<section><h2>All streams</h2>${timelineDrawing(streams, streamsLeftOut)}</section>`}
<section class="counts">${countBlock('Normal', normal.map(countText))}${countBlock('Not known', unknown.map(countText))}${countBlock('Not checked', notChecked)}</section>
<footer class="quiet">Made by holdfast diagnose ${version}. This page is complete: it loads nothing. Filters are for the display filter line of Wireshark.</footer>
</body>
</html>
`;
  return page.text;
}

function findingSection(finding: FindingRecord): Html {
  const { id, title, sureness, summary, why, not, help, more, consequences, ladders } = finding;
  return html`<article class="finding ${sureness}"><header><h2><span class="id">${id}</span> ${title}</h2><span class="sureness">${surenessText(finding)}</span></header>
<p class="summary">${summary}</p>
<dl>
<dt>why</dt><dd><ul>${why.map(reasonItem)}</ul></dd>
${not.length > 0 && html`<dt>not</dt><dd><ul>${not.map((other) => html`<li><span class="id">${other.id}</span> ${other.because}</li>`)}</ul></dd>`}
${help.length > 0 && html`<dt>help</dt><dd><ul>${help.map((text) => html`<li>${text}</li>`)}</ul></dd>`}
${more.length > 0 && html`<dt>more</dt><dd><ul>${more.map((text) => html`<li>${text}</li>`)}</ul></dd>`}
</dl>
${ladders.slice(0, 1).map(ladderDrawing)}
${ladders.length > 1 && html`<details><summary>${ladders.length - 1} more of the same</summary>${ladders.slice(1).map(ladderDrawing)}</details>`}
${consequences.length > 0 && html`<details><summary>What followed from it: ${consequences.map(({ id: other }) => other).join(', ')}</summary>${consequences.map(findingSection)}</details>`}
</article>`;
}

function reasonItem(reason: ReasonRecord): Html {
  const places = placesText(reason);
  return html`<li>${reason.text}${places !== '' && html` <span class="place">${places}</span>`}${reason.filter !== undefined && html`<code>${reason.filter}</code>`}</li>`;
}

function countBlock(name: string, texts: readonly string[]): Html | false {
  return (
    texts.length > 0 &&
    html`<div><h3>${name}</h3><ul>${texts.map((text) => html`<li>${text}</li>`)}</ul></div>`
  );
}

function contentPolicy(styles: readonly string[]): string {
  const hashes = styles.map((style) => `'sha256-${createHash('sha256').update(style).digest('base64')}'`);
  return [
    "default-src 'none'",
    `style-src ${hashes.join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

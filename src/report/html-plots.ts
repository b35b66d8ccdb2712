// The places of the plots in the page: which there are, their titles and their captions. The page's script
// draws them; without it the tables still say everything.

import { type Html, html } from './html-text.ts';
import type { HeatMap, PlotData, PlotRun, SeriesName } from './page/plot-data.ts';

interface LinePlace {
  readonly title: string;
  readonly series: readonly SeriesName[];
  readonly unit?: string;
}

const placesOfOne: readonly LinePlace[] = [
  { title: 'Streams', series: ['streamsUp', 'streamsWanted'] },
  { title: 'Events delivered', series: ['delivered'], unit: '/s' },
  { title: 'Events published', series: ['published'], unit: '/s' },
  { title: 'Ends and reconnects', series: ['ends', 'reconnects'], unit: '/s' },
  { title: 'Server CPU, cores', series: ['serverCores'] },
  { title: 'Server CPU an event', series: ['serverUsPerEvent'], unit: 'µs' },
  { title: 'Server memory', series: ['privateMiB', 'kernelMiB', 'fileMiB', 'heapMiB'], unit: 'MiB' },
  { title: 'Server garbage collection, share of a core', series: ['gcCores'] },
  { title: 'Server event-loop delay, p99', series: ['serverLoopDelay'], unit: 'ms' },
  { title: 'Server open files', series: ['openFiles'] },
  { title: 'Load generator CPU, cores', series: ['generatorCores'] },
  { title: 'Load generator memory', series: ['generatorMiB'], unit: 'MiB' },
];

const placesOfSeveral: readonly LinePlace[] = [
  { title: 'p99 latency over time', series: ['p99'], unit: 'latency' },
  { title: 'Events delivered', series: ['delivered'], unit: '/s' },
  { title: 'Streams up', series: ['streamsUp'] },
  { title: 'Server CPU, cores', series: ['serverCores'] },
  { title: 'Server CPU an event', series: ['serverUsPerEvent'], unit: 'µs' },
  { title: 'Server private memory', series: ['privateMiB'], unit: 'MiB' },
  { title: 'Server kernel socket memory', series: ['kernelMiB'], unit: 'MiB' },
];

/** Heat maps beside each other; of more runs only the first of each peer has one. */
const MAX_HEAT_MAPS = 6;

export function plotsOfOne({ runs }: PlotData): Html {
  const run = runs[0]!;
  const limited =
    run.limited.length > 0 ? ' Shaded: the load generator was late, so these are upper bounds.' : '';
  return html`<div class="plots">
${run.curve.length > 0 && wide('Latency by percentile', 'percentiles', 0, 'Each nine is as wide as the one before it; latency is on a log scale.')}
${hasAny(run, ['p50']) && wide('Latency over time', 'bands', 0, `Bands from p50 to p90 and from p90 to p99, with the slowest event of each interval. Log scale.${limited}`)}
${run.heat && heatPlace(0, `${heatCaption(run.heat)} Both scales are logs.${limited}`, 'Latency heat map')}
${placesOfOne.map((place) => (hasAny(run, place.series) && !isAllZero(run, place.series) ? narrow(place, 0) : undefined))}
</div>`;
}

export function plotsOfSeveral({ runs }: PlotData): Html {
  const heated = [...runs.entries()].filter(([, run]) => run.heat !== undefined);
  const shown =
    heated.length <= MAX_HEAT_MAPS
      ? heated
      : heated.filter(([, run]) => run.round === 0).slice(0, MAX_HEAT_MAPS);
  const leftOut = heated.length - shown.length;
  return html`${legend(runs)}<div class="plots">
${runs.some(({ curve }) => curve.length > 0) && wide('Latency by percentile', 'percentiles', undefined, 'Each nine is as wide as the one before it; latency is on a log scale.')}
${placesOfSeveral.map((place) => (runs.some((run) => hasAny(run, place.series)) ? narrow(place, undefined, place.unit === 'latency' ? overlayCaption(runs) : '') : undefined))}
${shown.map(([i, run]) => heatPlace(i, heatCaption(run.heat!), `Latency heat map: ${run.name}`, 'narrow'))}
</div>${leftOut > 0 ? html`<p class="quiet">${leftOut} more heat maps are left out: ${MAX_HEAT_MAPS} fit, the first round of each.</p>` : undefined}`;
}

const overlayCaption = (runs: readonly PlotRun[]) =>
  runs.some(({ limited }) => limited.length > 0)
    ? 'A strip along the top: the load generator of that run was late.'
    : '';

function legend(runs: readonly PlotRun[]): Html {
  const items = runs.map(
    ({ name, peer, round }) =>
      html`<li><svg class="key" viewBox="0 0 36 8" aria-hidden="true"><line x1="0" y1="4" x2="36" y2="4" class="peer${peer % 6} round${round % 5}"/></svg>${name}</li>`,
  );
  return html`<ul class="legend" aria-label="Runs">${items}</ul>`;
}

function wide(title: string, plot: string, run: number | undefined, caption: string): Html {
  return html`<figure class="wide"><h3>${title}</h3><div data-plot="${plot}" data-size="wide"${runAttribute(run)}></div><figcaption>${caption}</figcaption></figure>`;
}

function narrow({ title, series, unit }: LinePlace, run: number | undefined, caption = ''): Html {
  return html`<figure><h3>${title}</h3><div data-plot="lines" data-series="${series.join(' ')}" data-unit="${unit ?? ''}"${runAttribute(run)}></div>${caption === '' ? undefined : html`<figcaption>${caption}</figcaption>`}</figure>`;
}

function heatPlace(index: number, caption: string, title: string, size = 'wide'): Html {
  return html`<figure class="${size}"><h3>${title}</h3><div data-plot="heat" data-size="${size}"${runAttribute(index)}></div><figcaption><span class="scale" aria-hidden="true"></span> ${caption}</figcaption></figure>`;
}

function heatCaption({ most, intervalsPerColumn }: HeatMap): string {
  const added = intervalsPerColumn === 1 ? '' : ` Each column is ${intervalsPerColumn} intervals.`;
  return `From 1 event to ${most.toLocaleString('en-US')} in a cell.${added}`;
}

const runAttribute = (run: number | undefined) => (run === undefined ? undefined : html` data-run="${run}"`);
const hasAny = (run: PlotRun, names: readonly SeriesName[]) =>
  names.some((name) => run.series[name] !== undefined);
const isAllZero = (run: PlotRun, names: readonly SeriesName[]) =>
  names.every((name) => run.series[name]?.every((value) => value === null || value === 0) ?? true);

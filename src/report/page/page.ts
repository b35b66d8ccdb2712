// Draws every plot that the page has a place for, and again when its width, the colours or the medium change.

import type UPlot from 'uplot';
import { readTheme, type Theme } from '../../web/page/theme.ts';
import { createPlot, type Plotted } from '../../web/page/uplot.ts';
import { bandPlot, heatPlot, percentilePlot } from './latency-plots.ts';
import { linePlot, linesOf } from './line-plot.ts';
import type { PlotData, SeriesName } from './plot-data.ts';

const PRINT_WIDTH = 680;

const { runs } = JSON.parse(document.getElementById('plot-data')!.textContent!) as PlotData;
const places = [...document.querySelectorAll<HTMLElement>('[data-plot]')];
let drawn: UPlot[] = [];
let drawnWidth = 0;

function plottedAt({ dataset }: HTMLElement, theme: Theme): Plotted | undefined {
  const one = dataset.run === undefined ? undefined : runs[Number(dataset.run)];
  const shown = one === undefined ? runs : [one];
  if (dataset.plot === 'percentiles')
    return percentilePlot(
      shown.filter(({ curve }) => curve.length > 0),
      theme,
    );
  if (dataset.plot === 'bands') return one && bandPlot(one, theme);
  if (dataset.plot === 'heat') return one?.heat && heatPlot(one, one.heat, theme);
  const lines = linesOf(shown, (dataset.series ?? '').split(' ') as SeriesName[]);
  return lines.length === 0 ? undefined : linePlot(lines, dataset.unit ?? '', theme);
}

function drawAll(): void {
  for (const plot of drawn) plot.destroy();
  const theme = readTheme();
  const isPrint = matchMedia('print').matches;
  drawn = places.flatMap((place) => {
    const plotted = plottedAt(place, theme);
    if (plotted === undefined) return [];
    const isWide = place.dataset.size === 'wide';
    const width = isPrint ? (isWide ? PRINT_WIDTH : PRINT_WIDTH / 2 - 12) : place.clientWidth;
    const height = isWide ? Math.max(220, Math.min(320, width * 0.42)) : 200;
    const group = place.dataset.plot === 'percentiles' ? '' : 'time';
    return [createPlot(plotted, group, Math.floor(width), Math.floor(height), place)];
  });
  drawnWidth = document.documentElement.clientWidth;
  document.documentElement.dataset.plots = String(drawn.length);
}

drawAll();

let scheduled = 0;
addEventListener('resize', () => {
  // A phone that hides its address bar changes only the height.
  if (document.documentElement.clientWidth === drawnWidth || matchMedia('print').matches) return;
  cancelAnimationFrame(scheduled);
  scheduled = requestAnimationFrame(drawAll);
});
for (const medium of ['(prefers-color-scheme: dark)', 'print'])
  matchMedia(medium).addEventListener('change', drawAll);

// Marks behind the lines: where the load generator itself was late, and what a scenario broke when.

import type UPlot from 'uplot';
import { colourOf, faded, type Theme } from '../../web/page/theme.ts';
import type { PlotRun } from './plot-data.ts';

/** A plugin that shades the spans of one run, or puts a strip along the top for each of several. */
export function limitedShading(runs: readonly PlotRun[], theme: Theme): UPlot.Plugin {
  const only = runs.length === 1 ? runs[0] : undefined;
  const limited = runs.filter((run) => run.limited.length > 0);
  const draw = (plot: UPlot) => {
    const { ctx, bbox } = plot;
    ctx.save();
    for (const [i, run] of limited.entries()) {
      const strip = 3 * devicePixelRatio;
      ctx.fillStyle = runs.length === 1 ? theme.limited : colourOf(theme, run.peer);
      for (const [from, to] of run.limited) {
        const left = Math.max(plot.valToPos(from, 'x', true), bbox.left);
        const right = Math.min(plot.valToPos(to, 'x', true), bbox.left + bbox.width);
        if (right <= left) continue;
        if (runs.length === 1) ctx.fillRect(left, bbox.top, right - left, bbox.height);
        else ctx.fillRect(left, bbox.top + i * (strip + 1), right - left, strip);
      }
    }
    if (only !== undefined) drawFaults(plot, only, theme);
    ctx.restore();
  };
  // After the axes and before the lines.
  return { hooks: { drawAxes: draw } };
}

/** A band for each fault, with its name where there is room: what was broken when, under what came of it. */
function drawFaults(plot: UPlot, { faults }: PlotRun, theme: Theme): void {
  const { ctx, bbox } = plot;
  ctx.font = `${10 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textBaseline = 'top';
  ctx.textAlign = 'left';
  const names = [...new Set(faults.map(([name]) => name))];
  let labelEnd = Number.NEGATIVE_INFINITY;
  for (const [name, from, to] of faults) {
    const colour = colourOf(theme, 1 + names.indexOf(name));
    const left = Math.max(plot.valToPos(from, 'x', true), bbox.left);
    const right = Math.min(plot.valToPos(to, 'x', true), bbox.left + bbox.width);
    // What is done at once is a line.
    const width = Math.max(right - left, 1.5 * devicePixelRatio);
    if (left > bbox.left + bbox.width) continue;
    ctx.fillStyle = faded(colour, right - left < width ? 0.9 : 0.16);
    ctx.fillRect(left, bbox.top, width, bbox.height);
    ctx.fillStyle = faded(colour, 0.9);
    ctx.fillRect(left, bbox.top, devicePixelRatio, bbox.height);
    if (left < labelEnd) continue;
    ctx.fillStyle = theme.quiet;
    ctx.fillText(name, left + 3 * devicePixelRatio, bbox.top + 2 * devicePixelRatio);
    labelEnd = left + ctx.measureText(name).width + 8 * devicePixelRatio;
  }
}

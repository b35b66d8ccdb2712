// Marks where the load generator itself was late: latencies there are upper bounds.

import type UPlot from 'uplot';
import { colourOf, type Theme } from '../../web/page/theme.ts';
import type { PlotRun } from './plot-data.ts';

/** A plugin that shades the spans of one run, or puts a strip along the top for each of several. */
export function limitedShading(runs: readonly PlotRun[], theme: Theme): UPlot.Plugin {
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
    ctx.restore();
  };
  // After the axes and before the lines.
  return { hooks: { drawAxes: draw } };
}

// The report for programs. The shape is stable: `schemaVersion` goes up when a reader would have to change.
// Numbers are in the unit that stands beside them, and nothing is rounded.

import type { Figure } from './figures.ts';
import type { ReportDocument } from './report-document.ts';
import type { RunSection } from './run-section.ts';

const SCHEMA_VERSION = 1;

/** Where the percentile curve is given: two points a nine. */
const CURVE_SHARES = [0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999, 0.99995, 0.99999, 1];

export function jsonReport(document: ReportDocument): string {
  const { title, version, sections, results, comparison } = document;
  const report = {
    schemaVersion: SCHEMA_VERSION,
    title,
    generatedBy: { holdfast: version },
    runs: sections.map((section, i) => ({
      ...runOf(section),
      complete: results[i]!.complete,
      samples: results[i]!.series.count,
      latencyCurve: results[i]!.latency.curveAt(CURVE_SHARES),
    })),
    comparison:
      comparison === undefined
        ? null
        : {
            peers: comparison.peers.map(({ name, rounds }) => ({
              name,
              runs: rounds.map((run) => sections[run]!.name),
            })),
            notes: comparison.notes,
            figures: comparison.rows.map(({ id, label, unit, better, cells }) => ({
              ...{ id, label, unit, better: better ?? null },
              peers: cells.map((cell) =>
                cell === undefined ? null : { value: cell.value, ratio: cell.ratio ?? null },
              ),
            })),
          },
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function runOf(section: RunSection) {
  const {
    name,
    source,
    tool,
    url,
    startedAt,
    notes,
    verdict,
    groups,
    ends,
    facts,
    notMeasured,
    proof,
    faults,
  } = section;
  const figures = groups.flatMap((group) => group.figures);
  return {
    ...{ name, source, tool, url, startedAt, notes },
    durationMs: section.durationMs ?? null,
    verdict: verdict ?? null,
    figures: Object.fromEntries(figures.map((figure) => [figure.id, figureOf(figure)])),
    latencies: Object.fromEntries(section.latencies.map((row) => [row.label, row.figures])),
    ends: Object.fromEntries(ends),
    facts: Object.fromEntries(facts),
    proof: Object.fromEntries(proof),
    faults,
    notMeasured,
  };
}

const figureOf = ({ value, unit, note }: Figure) => ({
  value,
  unit,
  ...(note === undefined ? {} : { note }),
});

// The whole way: evidence -> streams -> rules -> findings. Pure: no clock, no file, no network.

import { chosenClaims } from './conclude/chosen-claims.ts';
import { normalCounts, unknownCounts } from './conclude/counts.ts';
import { findingsOf } from './conclude/findings.ts';
import { inputSummaries } from './conclude/inputs.ts';
import { notChecked } from './conclude/not-checked.ts';
import { streamRows } from './conclude/stream-rows.ts';
import { hopTableVersion } from './data/hops.ts';
import { requestLimitVersion } from './data/request-limits.ts';
import { resetFingerprintVersion } from './data/reset-fingerprints.ts';
import { timerTableVersion } from './data/timers.ts';
import type { Evidence } from './evidence.ts';
import type { Diagnosis } from './finding.ts';
import { rules } from './rules/index.ts';
import { sceneOf } from './timeline/scene.ts';

const MAX_ROWS = 1000;

/**
 * Says who cut streams and why, as far as the evidence shows it.
 *
 * The same evidence gives the same diagnosis, in whatever order its sources and flows are.
 */
export function diagnose(evidence: Evidence): Diagnosis {
  const scene = sceneOf(evidence);
  const chosen = chosenClaims(scene, rules);
  const findings = findingsOf(chosen, scene);
  const { rows, leftOut } = streamRows(scene, chosen, MAX_ROWS);
  return {
    schema: 'holdfast-diagnosis-1',
    inputs: inputSummaries(evidence),
    findings,
    normal: normalCounts(scene, chosen),
    unknown: unknownCounts(scene, chosen),
    notChecked: notChecked(scene, rules),
    streams: rows,
    streamsLeftOut: leftOut,
    tables: {
      timers: timerTableVersion,
      hops: hopTableVersion,
      resetFingerprints: resetFingerprintVersion,
      requestLimits: requestLimitVersion,
    },
  };
}

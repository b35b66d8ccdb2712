// Steps the clock of one process: the wall clock, as NTP or a person would, and not the one that measures time. The clock
// of the machine is everybody's, so the process has to be started with `environmentForClock`: libfaketime then reads the
// step from a file.

import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { integer, value } from '../../base/options.ts';
import { firstReason, needsLinux } from './needs.ts';
import { faultFailed, systemFaultKind } from './system-fault.ts';

const LIBRARIES = ['/usr/lib/*/faketime/libfaketime.so.1', '/usr/lib*/faketime/libfaketime.so.1'];
const NO_STEP = '+0s';

export function clockStepUnavailable(): string | undefined {
  return firstReason(
    needsLinux(),
    library() === undefined ? 'it needs libfaketime: apt-get install libfaketime' : undefined,
  );
}

/** What the environment of a process needs so that the file steps its clock. The file is made here. */
export function environmentForClock(file: string): Readonly<Record<string, string>> {
  if (!existsSync(file)) writeFileSync(file, NO_STEP);
  return {
    LD_PRELOAD: library() ?? '',
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    // Timers and time limits go by the clock that nobody sets.
    DONT_FAKE_MONOTONIC: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}

export const clockStep = systemFaultKind({
  kind: 'clock-step',
  summary: 'the wall clock of a process jumps, and back when it is undone',
  options: {
    /** As given to `environmentForClock`. */
    file: value('', 'the file of the clock', (given) => typeof given === 'string' && given !== ''),
    stepMs: integer(3_600_000, 1, 1e12),
    back: value('no', 'yes or no', (given) => given === 'yes' || given === 'no'),
  },
  required: ['file'],
  needs: clockStepUnavailable,
  unavailable: ({ file }) =>
    firstReason(
      clockStepUnavailable(),
      existsSync(file) ? undefined : `no process was started with the clock ${file}`,
    ),
  async make({ file, stepMs, back }) {
    try {
      const before = readFileSync(file, 'utf8');
      writeFileSync(file, `${back === 'yes' ? '-' : '+'}${stepMs / 1000}s`);
      return async () => writeFileSync(file, before);
    } catch (cause) {
      throw faultFailed(`The clock ${file} cannot be set`, cause);
    }
  },
});

function library(): string | undefined {
  return LIBRARIES.flatMap((pattern) => globSync(pattern))[0];
}

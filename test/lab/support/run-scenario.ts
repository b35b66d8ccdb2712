// Runs one scenario: makes its network, captures, lets it happen, and checks by the kernel's own counters that it did.

import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CleanupStack } from '../../support/cleanup.ts';
import { within } from '../../support/wait-for.ts';
import type { CapturePoint, Scenario, Truth } from '../scenario.ts';
import { Capture } from './capture.ts';
import { readCounters } from './kernel-counters.ts';
import { Lab } from './lab.ts';
import { endDevice, type Path, type Place, toClient } from './path.ts';

const LIMIT_MS = 90_000;
const places: readonly Place[] = ['client', 'router', 'server'];

/** What is true of the captures of one scenario; the files are in its folder. */
export interface Exhibit {
  readonly name: string;
  readonly what: string;
  readonly truth: Truth;
  readonly files: Readonly<Partial<Record<CapturePoint, string>>>;
  /** How far the kernels' counters of TCP moved, by place; what did not move is left out. */
  readonly counters: Readonly<Record<Place, Readonly<Record<string, number>>>>;
}

/** Why a scenario cannot run here, in one line; undefined when it can. */
export function reasonToSkip({ needs = [], heavy }: Scenario): string | undefined {
  const missing = ['tcpdump', ...needs].filter((tool) => spawnSync('which', [tool]).status !== 0);
  if (missing.length > 0) return `needs ${missing.join(', ')}: run scripts/install-test-tools.sh`;
  if (heavy && process.env.HOLDFAST_LAB !== 'heavy') return 'takes long: set HOLDFAST_LAB=heavy';
  return undefined;
}

/** Runs it and leaves its captures in `folder/<name>/`. */
export async function runScenario(scenario: Scenario, folder: string): Promise<Exhibit> {
  const cleanup = new CleanupStack();
  try {
    return await within(scenario.name, captureScenario(scenario, folder, cleanup), LIMIT_MS);
  } finally {
    await cleanup.run();
  }
}

async function captureScenario(scenario: Scenario, folder: string, cleanup: CleanupStack): Promise<Exhibit> {
  const { name, what, truth, forms = {}, proof = {} } = scenario;
  mkdirSync(join(folder, name), { recursive: true });
  const lab = await Lab.make(cleanup);
  const files: Partial<Record<CapturePoint, string>> = {};
  const captures: Capture[] = [];
  for (const point of Object.keys(truth.seen) as CapturePoint[]) {
    const form = forms[point] ?? {};
    const file = join(name, `${point}.${form.format ?? 'pcap'}`);
    files[point] = file;
    const plan = { devices: [deviceOf(point)], filter: 'tcp or icmp or icmp6', ...form };
    const place = lab.path[point === 'all' ? 'router' : point];
    captures.push(await Capture.start(cleanup, place, { ...plan, file: join(folder, file) }));
  }
  const before = countAll(lab.path);
  await scenario.run(lab);
  await Promise.all(captures.map((capture) => capture.stop()));
  const counters = movedSince(before, countAll(lab.path));
  for (const [place, wanted] of Object.entries(proof)) {
    for (const [counter, least] of Object.entries(wanted)) {
      const moved = counters[place as Place][counter] ?? 0;
      if (moved >= least) continue;
      throw new Error(`${name}: ${counter} of the ${place} moved by ${moved} instead of ${least} or more`);
    }
  }
  return { name, what, truth, files, counters };
}

function deviceOf(point: CapturePoint): string {
  if (point === 'all') return 'any';
  return point === 'router' ? toClient : endDevice;
}

type Counts = Record<Place, Map<string, number>>;

function countAll(path: Path): Counts {
  return Object.fromEntries(places.map((place) => [place, readCounters(path[place].pid)])) as Counts;
}

function movedSince(then: Counts, now: Counts): Record<Place, Record<string, number>> {
  const moved = (place: Place) =>
    Object.fromEntries(
      [...now[place]]
        .map(([name, count]) => [name, count - (then[place].get(name) ?? 0)] as const)
        .filter(([, delta]) => delta !== 0),
    );
  return { client: moved('client'), router: moved('router'), server: moved('server') };
}

// How fast a capture of 1 GiB is read, and in how much memory: by a process of its own, from a file that is generated.

import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { generateCapture } from '../captures/generated-capture.ts';
import { workFolder } from '../peers/start-server.ts';

const MIB = 2 ** 20;
const CAPTURE_BYTES = 1024 * MIB;
const TARGET_MIB_PER_SECOND = 50;
const TARGET_PEAK_MIB = 200;
const LIMIT_MS = 600_000;

const reader = fileURLToPath(new URL('../captures/read-whole.ts', import.meta.url));

interface Reading {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  readonly packets: number;
  readonly flows: number;
  readonly flowsLeftOut: number;
  readonly problems: number;
}

export async function capture(signal: AbortSignal): Promise<void> {
  const folder = workFolder('capture');
  const path = join(folder, 'generated.pcap');
  try {
    const generated = generateCapture(path, CAPTURE_BYTES);
    const { stdout } = await promisify(execFile)(process.execPath, [reader, path], {
      signal,
      timeout: LIMIT_MS,
    });
    const read = JSON.parse(stdout) as Reading;
    if (read.packets !== generated.packets || read.problems > 0) {
      throw new Error(
        `${read.packets} of ${generated.packets} packets were read, with ${read.problems} problems`,
      );
    }
    const perSecond = generated.bytes / MIB / read.seconds;
    const peak = read.peakBytes / MIB;
    const verdict = (isMet: boolean) => (isMet ? 'met' : 'MISSED');
    process.stdout.write(
      [
        `\ncapture: ${(generated.bytes / MIB).toFixed(0)} MiB, ${read.packets.toLocaleString('en')} packets, ${generated.connections.toLocaleString('en')} connections of which ${read.flows.toLocaleString('en')} were followed\n`,
        `  speed   ${perSecond.toFixed(1)} MiB/s in ${read.seconds.toFixed(1)} s (${read.cpuSeconds.toFixed(1)} s of CPU); asked: ${TARGET_MIB_PER_SECOND} ${verdict(perSecond >= TARGET_MIB_PER_SECOND)}`,
        `  memory  ${peak.toFixed(0)} MiB at most; asked: ${TARGET_PEAK_MIB} ${verdict(peak <= TARGET_PEAK_MIB)}\n`,
      ].join('\n'),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

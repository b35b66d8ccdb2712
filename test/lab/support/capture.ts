// Packets of a namespace, written to a file by tcpdump or dumpcap.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cleanup } from '../../support/cleanup.ts';
import { within } from '../../support/wait-for.ts';
import type { Namespace } from './namespaces.ts';

const LIMIT_MS = 15_000;
const RING_KIB = '32768';
/** A file that has not grown for so long has what was sent. */
const QUIET_MS = 250;

export interface CapturePlan {
  /** One, or several for a pcapng; `any` for all of them. */
  readonly devices: readonly string[];
  readonly file: string;
  /** Bytes kept of each packet. Default all: a segment before it is cut for the wire has up to 64 KiB. */
  readonly snapBytes?: number;
  /** Times with nine digits. Only tcpdump has it. */
  readonly nanoseconds?: boolean;
  /** In the language of tcpdump. */
  readonly filter?: string;
  readonly format?: 'pcap' | 'pcapng';
}

export class Capture {
  readonly #child: ChildProcess;
  readonly #plan: CapturePlan;
  #stderr = '';

  private constructor(namespace: Namespace, plan: CapturePlan) {
    this.#plan = plan;
    const [path, ...args] = namespace.enter(...command(plan));
    this.#child = spawn(path, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
  }

  /** Starts, and answers when packets are taken. */
  static async start(t: Cleanup, namespace: Namespace, plan: CapturePlan): Promise<Capture> {
    const capture = new Capture(namespace, plan);
    t.after(() => capture.#child.kill('SIGKILL'));
    await within('a capture to begin', capture.#begun(), LIMIT_MS);
    return capture;
  }

  /** Waits until nothing more is written, and stops. */
  async stop(): Promise<void> {
    for (let size = -1, now = 0; size !== now; ) {
      size = now;
      await delay(QUIET_MS);
      now = statSync(this.#plan.file).size;
    }
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGINT');
    await within('the end of a capture', exited, LIMIT_MS);
  }

  async #begun(): Promise<void> {
    while (!/listening on|Capturing on/.test(this.#stderr)) {
      if (this.#child.exitCode !== null) throw new Error(`The capture ended: ${this.#stderr}`);
      await delay(10);
    }
    // dumpcap says so before it does it; both have written the head of the file when they do.
    while (statSync(this.#plan.file, { throwIfNoEntry: false })?.size === undefined) await delay(10);
  }
}

function command({
  devices,
  file,
  snapBytes = 66_000,
  nanoseconds,
  filter,
  format = 'pcap',
}: CapturePlan): [string, ...string[]] {
  if (format === 'pcapng') {
    const interfaces = devices.flatMap((device) => ['-i', device]);
    return [
      'dumpcap',
      '-q',
      ...interfaces,
      '-s',
      `${snapBytes}`,
      ...(filter ? ['-f', filter] : []),
      '-w',
      file,
    ];
  }
  // The kernel's ring has a place as large as the largest packet for each: by default there are too few for a burst.
  // Packets are written one by one, and root stays root: a folder of root's own is written to.
  const args = ['-i', devices[0]!, '-s', `${snapBytes}`, '-B', RING_KIB, '-U', '--immediate-mode', '-n'];
  args.push('-Z', 'root');
  if (nanoseconds) args.push('--time-stamp-precision=nano');
  return ['tcpdump', ...args, '-w', file, ...(filter ? [filter] : [])];
}

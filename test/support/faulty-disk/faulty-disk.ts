// Builds the disk that fails on demand, and turns its faults on and off.

import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { logFolder } from '../log-folder.ts';

export type Fault = 'fail-sync' | 'fail-write' | 'fail-root' | 'hang-sync';

const source = fileURLToPath(new URL('faulty-disk.c', import.meta.url));

export class FaultyDisk {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async build(t: TestContext, compiler: string): Promise<FaultyDisk> {
    const folder = await logFolder(t);
    await promisify(execFile)(compiler, [
      '-shared',
      '-fPIC',
      '-o',
      join(folder, 'faulty-disk.so'),
      source,
      '-ldl',
    ]);
    return new FaultyDisk(folder);
  }

  /** For the environment of a process that shall have this disk. */
  get env(): Readonly<Record<string, string>> {
    return { LD_PRELOAD: join(this.#folder, 'faulty-disk.so'), FAULTY_DISK: this.#folder };
  }

  on(fault: Fault): Promise<void> {
    return writeFile(join(this.#folder, fault), '');
  }

  off(fault: Fault): Promise<void> {
    return rm(join(this.#folder, fault));
  }
}

// What peers are built with: a compiler, Go, packages. Each answers why it did not work, in one line.

import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BUILD_TIMEOUT_MS = 900_000;

/** Where built and installed peers are; not in the repository. */
export const builtFolder = fileURLToPath(new URL('../.peers/', import.meta.url));

/** Runs a build; its failure is answered as text. */
export function attempt(command: string, args: readonly string[], cwd: string): string | undefined {
  mkdirSync(builtFolder, { recursive: true });
  try {
    execFileSync(command, args, { cwd, timeout: BUILD_TIMEOUT_MS, stdio: ['ignore', 'ignore', 'pipe'] });
    return undefined;
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: Buffer };
    if (code === 'ENOENT') return `${command} is not installed`;
    return stderr?.toString().trim().split('\n').at(-1) || message;
  }
}

export function isNewer(file: string, than: string): boolean {
  const [built, source] = [file, than].map((name) => statSync(name, { throwIfNoEntry: false })?.mtimeMs);
  return built !== undefined && source !== undefined && built >= source;
}

/** Builds a package of a Go module that lies in `folder`, with the versions and sums that its go.mod and go.sum pin. */
export function goBuild(name: string, folder: URL, packageName: string): string | undefined {
  const cwd = fileURLToPath(folder);
  // Go itself knows what is up to date; a package of the module has only files here.
  return attempt('go', ['build', '-mod=readonly', '-o', `${builtFolder}${name}`, packageName], cwd);
}

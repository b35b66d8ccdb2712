// Which outside tools a test needs. A missing tool skips the test with one line that says how to get it; where
// HOLDFAST_REQUIRE names the tool (`HOLDFAST_REQUIRE=chromium,curl`), as in CI, it fails the test instead.

import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const chromiumNames = ['chromium', 'chromium-browser', 'google-chrome'] as const;

/** The path of a Chromium; undefined when there is none, and then the test has been marked as skipped. */
export function chromium(t: TestContext): string | undefined {
  return requireTool(t, 'chromium', findChromium());
}

/** For what is no test. */
export const findChromium = (): string | undefined => process.env.CHROMIUM_PATH ?? findInPath(chromiumNames);

/** The path of curl; undefined when there is none, and then the test has been marked as skipped. */
export function curl(t: TestContext): string | undefined {
  return requireTool(t, 'curl', findInPath(['curl']));
}

/** The path of promtool; undefined when there is none, and then the test has been marked as skipped. */
export function promtool(t: TestContext): string | undefined {
  return requireTool(t, 'promtool', findInPath(['promtool']));
}

/** The path of tshark; undefined when there is none, and then the test has been marked as skipped. */
export function tshark(t: TestContext): string | undefined {
  return requireTool(t, 'tshark', findInPath(['tshark']));
}

/** The path of a tcpdump that may capture; undefined when there is none, and then the test has been marked as skipped. */
export function tcpdump(t: TestContext): string | undefined {
  const path = requireTool(t, 'tcpdump', findInPath(['tcpdump']));
  if (path === undefined || process.getuid?.() === 0) return path;
  refuse(t, 'tcpdump', 'needs root (CAP_NET_RAW), to capture');
  return undefined;
}

/** The path of `script`, which gives a command a terminal; undefined when there is none that is Linux's. */
export function terminal(t: TestContext): string | undefined {
  return requireTool(t, 'script', process.platform === 'linux' ? findInPath(['script']) : undefined);
}

/** The path of a shell; undefined when there is none, and then the test has been marked as skipped. */
export function shell(t: TestContext, name: 'bash' | 'zsh' | 'fish'): string | undefined {
  return requireTool(t, name, findInPath([name]));
}

/** The executable of Next.js, which is no part of our dependencies; undefined when it is not installed. */
export function next(t: TestContext): string | undefined {
  const path = fileURLToPath(new URL('../../examples/next/node_modules/next/dist/bin/next', import.meta.url));
  if (isExecutable(path)) return path;
  refuse(t, 'next', 'needs Next.js: run npm ci --prefix examples/next --ignore-scripts');
  return undefined;
}

/** Whether network namespaces can be made; if not, the test has been marked as skipped. */
export function networkNamespaces(t: TestContext): boolean {
  const missing = ['ip', 'iptables', 'unshare', 'nsenter'].filter((name) => findInPath([name]) === undefined);
  if (missing.length > 0) {
    refuse(
      t,
      'namespaces',
      `needs ${missing.join(', ')}, not found in PATH: run scripts/install-test-tools.sh`,
    );
  } else if (spawnSync('unshare', ['--net', 'true']).status !== 0) {
    refuse(t, 'namespaces', 'needs root (CAP_SYS_ADMIN), to make network namespaces');
  } else {
    return true;
  }
  return false;
}

/** The path of a C compiler; undefined when there is none, and then the test has been marked as skipped. */
export function compiler(t: TestContext): string | undefined {
  return requireTool(t, 'cc', process.platform === 'linux' ? findInPath(['cc']) : undefined);
}

/** The path of a command; undefined when there is none, and then the test has been marked as skipped. */
export function tool(t: TestContext, name: string): string | undefined {
  return requireTool(t, name, findInPath([name]));
}

function requireTool(t: TestContext, tool: string, path: string | undefined): string | undefined {
  if (path !== undefined && isExecutable(path)) return path;
  const reason = `needs ${tool}, which is not ${path === undefined ? 'in PATH' : `at ${path}`}: run scripts/install-test-tools.sh`;
  refuse(t, tool, reason);
  return undefined;
}

function refuse(t: TestContext, tool: string, reason: string): void {
  const required = (process.env.HOLDFAST_REQUIRE ?? '').split(',').map((name) => name.trim());
  if (required.includes(tool)) throw new Error(`This test ${reason}`);
  t.skip(reason);
}

function findInPath(names: readonly string[]): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/sbin'];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

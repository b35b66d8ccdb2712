// Runs scenarios of `holdfast prove` against Holdfast and against servers that are not ours, and writes one table.
//
//   node bench/prove-peers.ts nchan --streams 1000 > table.md

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { nchan } from './peers/nchan/peer.ts';
import type { Peer } from './peers/peer.ts';

const bin = fileURLToPath(new URL('../src/cli/bin.ts', import.meta.url));
const scenarios = ['jitter', 'client-abort', 'worker-kill'];
const peers: Readonly<Record<string, Peer>> = { nchan };

interface Outcome {
  readonly outcome: string;
  readonly history: string;
  readonly availability: string;
  readonly back: string;
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { streams: { type: 'string', default: '1000' } },
  });
  const rows = [['scenario', 'server', 'verdict', 'events', 'streams there', 'back (p99)']];
  for (const scenario of scenarios) {
    for (const name of ['holdfast', ...positionals]) {
      const { outcome, history, availability, back } = await proveWith(name, scenario, values.streams);
      rows.push([scenario, name, outcome, history, availability, back]);
    }
  }
  const lines = rows.map((row) => `| ${row.join(' | ')} |`);
  lines.splice(1, 0, `| ${rows[0]!.map(() => '---').join(' | ')} |`);
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function proveWith(name: string, scenario: string, streams: string): Promise<Outcome> {
  if (name === 'holdfast') return prove([scenario, '--streams', streams]);
  const peer = peers[name];
  if (peer === undefined)
    throw new Error(`There is no peer ${name}; there are ${Object.keys(peers).join(', ')}`);
  const missing = peer.missing();
  if (missing !== undefined) throw new Error(`${name}: ${missing}`);
  const server = await peer.start(await freePort(), { streams: Number(streams), keepsHistory: true });
  try {
    const { method, url, headers, body } = server.publish;
    return await prove([
      ...[scenario, '--streams', streams, '--target', server.urlFor('own topic')],
      ...['--topic-name', server.topicName, '--pid', String(server.pid)],
      ...['--publish-template', JSON.stringify({ method, url, headers, body })],
    ]);
  } finally {
    await server.stop();
  }
}

async function prove(args: readonly string[]): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const output = join(folder, 'result.ndjson');
  const child = spawn(process.execPath, [bin, 'prove', ...args, '--output', output], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0 && code !== 1) return { outcome: 'not run', history: '-', availability: '-', back: '-' };
  const lines = readFileSync(output, 'utf8').trim().split('\n');
  rmSync(folder, { recursive: true, force: true });
  const { verdict, proof } = JSON.parse(lines.at(-1)!) as {
    verdict: { outcome: string; checks: { objective: string; because: string }[] };
    proof: [string, string][];
  };
  const told = Object.fromEntries(proof);
  return {
    outcome: verdict.outcome,
    history: verdict.checks[0]!.because.replaceAll('|', '\\|'),
    availability: told.availability?.split(' = ')[0] ?? '-',
    back: /p99 [^,]+/.exec(told['time to come back'] ?? '')?.[0] ?? told['time to come back'] ?? '-',
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href) await main();

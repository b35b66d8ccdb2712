// `holdfast chaos`: breaks connections, processes and networks on purpose.

import type { Command } from '@commander-js/extra-typings';
import { stringify } from 'yaml';
import { parseDuration } from '../base/duration.ts';
import { ControlClient } from '../chaos/control/control-client.ts';
import { ControlServer } from '../chaos/control/control-server.ts';
import { chaosMeshManifests } from '../chaos/export/chaos-mesh.ts';
import { type Direction, type Fault, type GivenFault, kindOf } from '../chaos/fault.ts';
import { faultKinds } from '../chaos/faults/kinds.ts';
import { readOptionWords, readShare, splitWords, wordsOf } from '../chaos/option-words.ts';
import { FaultProxy } from '../chaos/proxy/fault-proxy.ts';
import { systemFaultKinds } from '../chaos/system/kinds.ts';
import { makeSystemFault } from '../chaos/system/system-fault.ts';
import { parseListenAddress, urlOf } from '../server/listen-address.ts';
import {
  addFaultOptions,
  changeFaultOptions,
  controlOptions,
  exportOptions,
  proxyOptions,
  proxyRules,
  runFaultOptions,
} from './chaos-options.ts';
import { addOptions } from './option-rows.ts';
import { usageError } from './usage-failure.ts';

const faultList = (kinds: readonly { kind: string; summary: string; options: object }[]) =>
  kinds
    .map(({ kind, summary, options }) => {
      const words = wordsOf(options as never);
      const takes = words.length === 0 ? '' : ` (${words.join(', ')})`;
      return `  ${kind.padEnd(17)}${summary}${takes}`;
    })
    .join('\n');

const proxyNotes = `
Faults:
${faultList(faultKinds)}

Examples:
  holdfast chaos proxy --listen 127.0.0.1:8090 --upstream 127.0.0.1:8080
  holdfast chaos add latency latency=100ms jitter=50ms correlation=25
  holdfast chaos add reset --probability 10% --seed 7 --direction up
  holdfast chaos change latency latency=1s
  holdfast chaos remove latency
`;

const runNotes = `
Faults:
${faultList(systemFaultKinds)}

Where a fault cannot be made, one line says what is missing.

Examples:
  holdfast chaos run pause pid=1234 --for 5s
  holdfast chaos run oom-kill pid=1234
  holdfast chaos run packet-loss port=8080 probability=5% --for 1m
`;

const exportNotes = `
Examples:
  holdfast chaos export latency latency=100ms jitter=50ms correlation=25 --namespace apps --label app=holdfast --for 5m
  holdfast chaos export kill --label app=holdfast --container hub
`;

export function defineChaos(program: Command): void {
  const chaos = program
    .command('chaos')
    .description('break connections, processes and networks on purpose')
    .helpCommand(false);
  addOptions(
    chaos.command('proxy').description('carry connections to a server, through faults'),
    proxyOptions,
    proxyRules,
  )
    .addHelpText('after', proxyNotes)
    .action(({ listen, upstream, control, faults = [], ...options }) =>
      runProxy(listen, upstream, control, faults, options),
    );
  addOptions(
    chaos
      .command('add')
      .description('put a fault on a running proxy')
      .argument('<fault>', 'kind of fault')
      .argument('[options...]', 'its options, such as latency=100ms'),
    addFaultOptions,
  ).action(async (kind, texts, { control, name, ...flags }) => {
    show(await clientOf(control).add({ ...readFault(kind, texts), ...readFlags(flags), name }));
  });
  addOptions(
    chaos
      .command('change')
      .description('change a fault of a running proxy; what is not given stays')
      .argument('<name>', 'name of the fault')
      .argument('[options...]', 'options that change'),
    changeFaultOptions,
  ).action(async (name, texts, { control, ...flags }) => {
    const client = clientOf(control);
    const fault = (await client.faults()).find((known) => known.name === name);
    // Of one that is not there the proxy says so.
    const options = fault === undefined ? {} : readFault(fault.kind, texts).options;
    show(await client.change(name, { ...readFlags(flags), options }));
  });
  addOptions(
    chaos
      .command('remove')
      .description('take a fault off a running proxy')
      .argument('<name>', 'name of the fault, or `all`'),
    controlOptions,
  ).action(async (name, { control }) => {
    if (name === 'all') await clientOf(control).clear();
    else show(await clientOf(control).remove(name));
  });
  addOptions(
    chaos.command('list').description('show the faults and the counts of a running proxy'),
    controlOptions,
  ).action(async ({ control }) => {
    const [faults, stats] = await Promise.all([clientOf(control).faults(), clientOf(control).stats()]);
    for (const fault of faults) show(fault);
    process.stdout.write(`${JSON.stringify(stats)}\n`);
  });
  addOptions(
    chaos
      .command('run')
      .description('break a process, a disk, a clock or a network here, and undo it')
      .argument('<fault>', 'kind of fault')
      .argument('[options...]', 'its options, such as pid=1234'),
    runFaultOptions,
  )
    .addHelpText('after', runNotes)
    .action(runSystemFault);
  addOptions(
    chaos
      .command('export')
      .description('write a fault as a manifest for a cluster')
      .argument('<fault>', 'kind of fault')
      .argument('[options...]', 'its options'),
    exportOptions,
  )
    .addHelpText('after', exportNotes)
    .action((kind, texts, { labels, targets, containers, namespace, forDuration }) => {
      if (labels === undefined) throw usageError('No pods are named', 'Give --label, such as app=holdfast');
      const system = systemFaultKinds.find((known) => known.kind === kind);
      const fault: GivenFault =
        system === undefined
          ? readFault(kind, texts)
          : { kind, options: readOptionWords(`the fault ${kind}`, system.options, splitWords(texts)) };
      const manifests = chaosMeshManifests([fault], {
        namespace,
        labels: splitWords(labels),
        targetLabels: targets && splitWords(targets),
        containers: containers ?? [],
        durationMs: readDuration(forDuration),
      });
      process.stdout.write(manifests.map((manifest) => stringify(manifest)).join('---\n'));
    });
}

async function runProxy(
  listen: string,
  upstream: string,
  control: string,
  faults: readonly string[],
  options: Parameters<typeof FaultProxy.start>[2],
): Promise<void> {
  const given = faults.map((text) => {
    const [kind = '', ...words] = text.trim().split(/\s+/);
    return readFault(kind, words);
  });
  const addresses = [
    parseListenAddress(listen),
    parseListenAddress(upstream, '--upstream'),
    parseListenAddress(control, '--control'),
  ] as const;
  const proxy = await FaultProxy.start(addresses[0], addresses[1], options, (text) =>
    process.stderr.write(`${text}\n`),
  );
  try {
    for (const fault of given) await proxy.add(fault);
    const server = await ControlServer.start(addresses[2], proxy);
    process.stdout.write(
      `The proxy listens on ${urlOf(proxy.address)} for ${urlOf(addresses[1])}, its control on ${server.url}\n`,
    );
    await stopSignal();
    await server.close();
  } finally {
    await proxy.close();
  }
}

async function runSystemFault(
  kindName: string,
  texts: readonly string[],
  { forDuration }: { forDuration: string | undefined },
): Promise<void> {
  const kind = kindOf(systemFaultKinds as never, kindName) as unknown as (typeof systemFaultKinds)[number];
  const durationMs = readDuration(forDuration);
  const options = readOptionWords(`the fault ${kindName}`, kind.options, splitWords(texts));
  const undo = await makeSystemFault(kind, options);
  process.stdout.write(`Made: ${kindName} ${JSON.stringify(options)}\n`);
  try {
    if (!undo.isNeeded) return;
    await stopSignal(durationMs);
  } finally {
    await undo();
  }
  process.stdout.write('Undone\n');
}

function clientOf(control: string): ControlClient {
  return new ControlClient(urlOf(parseListenAddress(control, '--control')));
}

function readFault(
  kind: string,
  texts: readonly string[],
): GivenFault & { options: Record<string, unknown> } {
  const { options } = kindOf(faultKinds, kind);
  return { kind, options: readOptionWords(`the fault ${kind}`, options, splitWords(texts)) };
}

function readFlags({
  direction,
  probability,
  seed,
}: {
  readonly direction: string | undefined;
  readonly probability: string | undefined;
  readonly seed: string | undefined;
}): Pick<GivenFault, 'direction' | 'probability' | 'seed'> {
  return {
    direction: direction as Direction | undefined,
    probability: probability === undefined ? undefined : read('--probability', probability, readShare),
    seed: seed === undefined ? undefined : Number(seed),
  };
}

function readDuration(text: string | undefined): number | undefined {
  return text === undefined ? undefined : read('--for', text, parseDuration);
}

function read<T>(flag: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    throw usageError(`Option ${flag} cannot be ${JSON.stringify(text)}`, (error as Error).message);
  }
}

function show({ name, kind, direction, probability, seed, options }: Fault): void {
  process.stdout.write(`${JSON.stringify({ name, kind, direction, probability, seed, options })}\n`);
}

/** Resolves at SIGINT or SIGTERM, or when the time is over. */
function stopSignal(afterMs?: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = afterMs === undefined ? setInterval(() => {}, 60_000) : setTimeout(stop, afterMs);
    function stop() {
      clearInterval(timer);
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, stop);
      resolve();
    }
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);
  });
}

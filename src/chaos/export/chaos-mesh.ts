// The same faults for a real cluster: manifests of Chaos Mesh, `chaos-mesh.org/v1alpha1` as of its version 2.8. A fault
// that it cannot make in the same way is refused by name; a manifest that does something else would prove something else.
// Pure: faults in, plain objects out.
//
// Field types are those of its CRDs: percentages, jitter and `value` are strings, `limit`, `buffer`, `workers` numbers.

import { HoldfastError } from '../../base/errors.ts';
import type { OptionTable, ResolvedOptions } from '../../base/options.ts';
import { resolveOptions } from '../../base/options.ts';
import { type AnyFaultKind, type Direction, type GivenFault, makeFault } from '../fault.ts';
import { faultKinds } from '../faults/kinds.ts';
import { systemFaultKinds } from '../system/kinds.ts';
import type { AnySystemFaultKind } from '../system/system-fault.ts';

/** Which pods are hit. */
export interface PodSelection {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of PodChaos and StressChaos; empty: of each pod the first. */
  readonly containers: readonly string[];
  /** Pods on the other side, which `direction: up` and `both` need. */
  readonly targetLabels?: Readonly<Record<string, string>> | undefined;
  readonly durationMs?: number | undefined;
}

export interface Manifest {
  readonly apiVersion: 'chaos-mesh.org/v1alpha1';
  readonly kind: 'NetworkChaos' | 'PodChaos' | 'StressChaos';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Bytes that may queue at the rate limit, and that may pass at once: what tc's token bucket needs. */
const QUEUE_BYTES = 20_971_520;
const BURST_BYTES = 10_000;

interface Shape {
  readonly kind: Manifest['kind'];
  /** The part of the spec that is the fault's own. */
  readonly spec: Readonly<Record<string, unknown>>;
  /** Of a network fault. */
  readonly direction?: Direction;
}

// biome-ignore lint/suspicious/noExplicitAny: each takes the options of its own fault.
type ShapeOf = (options: any, pods: PodSelection) => Shape;

const shapes: Readonly<Record<string, ShapeOf>> = {
  latency: ({ latencyMs, jitterMs, correlation }) => ({
    kind: 'NetworkChaos',
    spec: {
      action: 'delay',
      delay: {
        latency: goDuration(latencyMs),
        jitter: goDuration(jitterMs),
        correlation: String(correlation),
      },
    },
  }),
  bandwidth: ({ bytesPerSecond }) => ({
    kind: 'NetworkChaos',
    spec: {
      action: 'bandwidth',
      // tc's `bps` are bytes. One limit for the pod, where the proxy has one for each connection.
      bandwidth: { rate: `${bytesPerSecond}bps`, limit: QUEUE_BYTES, buffer: BURST_BYTES },
    },
  }),
  blackhole: () => ({ kind: 'NetworkChaos', spec: { action: 'partition' } }),
  'packet-loss': ({ probability, direction }) => ({
    kind: 'NetworkChaos',
    spec: { action: 'loss', loss: { loss: String(round(probability * 100)), correlation: '0' } },
    direction: networkDirection(direction),
  }),
  partition: ({ direction }) => ({
    kind: 'NetworkChaos',
    spec: { action: 'partition' },
    direction: networkDirection(direction),
  }),
  kill: (_options, { containers }) => ({
    kind: 'PodChaos',
    spec:
      containers.length === 0
        ? { action: 'pod-kill', gracePeriod: 0 }
        : { action: 'container-kill', containerNames: containers },
  }),
  'oom-kill': (_options, { containers }) => ({
    kind: 'StressChaos',
    spec: {
      ...(containers.length === 0 ? {} : { containerNames: containers }),
      // Of the memory that the pod may have.
      stressors: { memory: { workers: 1, size: '100%' } },
    },
  }),
};

/**
 * One manifest for each fault.
 *
 * @throws HoldfastError ERR_BAD_FAULT for one that is not well formed; ERR_FAULT_UNAVAILABLE, with its name, for one
 * that Chaos Mesh has not.
 */
export function chaosMeshManifests(faults: readonly GivenFault[], pods: PodSelection): Manifest[] {
  const names = new Set<string>();
  return faults.map((given) => {
    const manifest = manifestOf(given, pods);
    let { name } = manifest.metadata;
    for (let n = 2; names.has(name); n++) name = `${manifest.metadata.name}-${n}`;
    names.add(name);
    return { ...manifest, metadata: { ...manifest.metadata, name } };
  });
}

function manifestOf(given: GivenFault, pods: PodSelection): Manifest {
  const proxied = faultKinds.find(({ kind }) => kind === given.kind);
  const system = systemFaultKinds.find(({ kind }) => kind === given.kind);
  const shapeOf = shapes[given.kind];
  // A name that nobody knows is said to be wrong, and not to be missing there.
  if (shapeOf === undefined && (proxied ?? system) !== undefined) throw unsupported(given.kind);
  const { options, direction } =
    system === undefined
      ? proxiedFault(given, proxied)
      : { options: systemOptions(system, given), direction: undefined };
  const shape = shapeOf!(options, pods);
  return {
    apiVersion: 'chaos-mesh.org/v1alpha1',
    kind: shape.kind,
    metadata: { name: `holdfast-${given.name ?? given.kind}`, namespace: pods.namespace },
    spec: {
      mode: 'all',
      selector: selectorOf(pods.namespace, pods.labels),
      ...shape.spec,
      ...(shape.kind === 'NetworkChaos'
        ? directionOf(given.kind, shape.direction ?? direction ?? 'both', pods)
        : {}),
      ...(pods.durationMs === undefined ? {} : { duration: goDuration(pods.durationMs) }),
    },
  };
}

function proxiedFault(given: GivenFault, kind: AnyFaultKind | undefined) {
  const fault = makeFault(faultKinds, given);
  if (fault.probability !== 1) {
    throw unsupported(
      kind!.kind,
      'a probability by connection: it knows pods and packets; leave the probability out',
    );
  }
  return fault;
}

/** The process and the port are those of the pods, and need not be given. */
function systemOptions(kind: AnySystemFaultKind, { options = {} }: GivenFault): ResolvedOptions<OptionTable> {
  try {
    return resolveOptions(`the fault ${kind.kind}`, kind.options as OptionTable, options);
  } catch (error) {
    throw new HoldfastError(
      'ERR_BAD_FAULT',
      (error as Error).message,
      `It takes ${Object.keys(kind.options).join(', ')}`,
    );
  }
}

function networkDirection(direction: string): Direction {
  if (direction === 'both') return 'both';
  return direction === 'to-client' ? 'down' : 'up';
}

/** `to` is what leaves the pods; what comes in is known only by where it comes from. */
function directionOf(kind: string, direction: Direction, { namespace, targetLabels }: PodSelection) {
  if (targetLabels === undefined) {
    if (direction === 'down') return { direction: 'to' };
    throw unsupported(
      kind,
      `direction ${direction} without pods on the other side: give --target, or direction down`,
    );
  }
  return {
    direction: direction === 'down' ? 'to' : direction === 'up' ? 'from' : 'both',
    target: { mode: 'all', selector: selectorOf(namespace, targetLabels) },
  };
}

function selectorOf(namespace: string, labels: Readonly<Record<string, string>>) {
  return { namespaces: [namespace], labelSelectors: { ...labels } };
}

function unsupported(kind: string, what = 'this fault'): HoldfastError {
  return new HoldfastError(
    'ERR_FAULT_UNAVAILABLE',
    `Chaos Mesh has no ${kind} as it is meant here: it does not know ${what}`,
    `It has ${Object.keys(shapes).join(', ')}`,
  );
}

/** As Go reads it, which knows no days. */
function goDuration(ms: number): string {
  return ms % 1000 === 0 && ms > 0 ? `${ms / 1000}s` : `${ms}ms`;
}

const round = (percent: number) => Math.round(percent * 1e6) / 1e6;

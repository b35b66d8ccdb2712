import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCode } from '../../../test/support/with-code.ts';
import { faultKinds } from '../faults/kinds.ts';
import { systemFaultKinds } from '../system/kinds.ts';
import { chaosMeshManifests, type Manifest } from './chaos-mesh.ts';

const pods = { namespace: 'apps', labels: { app: 'holdfast' }, containers: [] };
const one = (fault: Parameters<typeof chaosMeshManifests>[0][number], given = {}) =>
  chaosMeshManifests([fault], { ...pods, ...given })[0]!;

/** The shapes of the CRDs, as far as manifests use them: field -> type, `?` where it need not be there. */
const selector = { namespaces: '[]', labelSelectors: '{}' };
const specs: Readonly<Record<Manifest['kind'], Readonly<Record<string, unknown>>>> = {
  NetworkChaos: {
    action: 'delay|loss|duplicate|corrupt|partition|bandwidth|netem',
    mode: 'all|one|fixed|fixed-percent|random-max-percent',
    selector,
    'delay?': { latency: 'string', 'jitter?': 'string', 'correlation?': 'string' },
    'loss?': { loss: 'string', correlation: 'string' },
    'bandwidth?': { rate: 'string', limit: 'number', buffer: 'number' },
    'direction?': 'to|from|both',
    'target?': { mode: 'all', selector },
    'duration?': 'string',
  },
  PodChaos: {
    action: 'pod-kill|pod-failure|container-kill',
    mode: 'all|one|fixed|fixed-percent|random-max-percent',
    selector,
    'containerNames?': '[]',
    'gracePeriod?': 'number',
    'duration?': 'string',
  },
  StressChaos: {
    mode: 'all|one|fixed|fixed-percent|random-max-percent',
    selector,
    'containerNames?': '[]',
    stressors: { memory: { workers: 'number', 'size?': 'string' } },
    'duration?': 'string',
  },
};

function checkShape(value: unknown, shape: unknown, path: string): void {
  if (typeof shape === 'string') {
    if (shape === 'string' || shape === 'number') assert.equal(typeof value, shape, path);
    else if (shape === '[]') assert.ok(Array.isArray(value) && value.length > 0, path);
    else if (shape === '{}') assert.equal(typeof value, 'object', path);
    else assert.ok(shape.split('|').includes(value as string), `${path}: ${value}`);
    return;
  }
  const fields = Object.keys(shape as object);
  for (const name of Object.keys(value as object)) {
    assert.ok(fields.includes(name) || fields.includes(`${name}?`), `${path} has no ${name}`);
  }
  for (const field of fields) {
    const name = field.replace('?', '');
    const inner = (value as Record<string, unknown>)[name];
    if (inner === undefined) assert.ok(field.endsWith('?'), `${path} needs ${name}`);
    else checkShape(inner, (shape as Record<string, unknown>)[field], `${path}.${name}`);
  }
}

test('a delay is a NetworkChaos, with its numbers as strings', () => {
  const manifest = one({ kind: 'latency', options: { latencyMs: 100, jitterMs: 50, correlation: 25 } });
  assert.deepEqual(manifest, {
    apiVersion: 'chaos-mesh.org/v1alpha1',
    kind: 'NetworkChaos',
    metadata: { name: 'holdfast-latency', namespace: 'apps' },
    spec: {
      mode: 'all',
      selector: { namespaces: ['apps'], labelSelectors: { app: 'holdfast' } },
      action: 'delay',
      delay: { latency: '100ms', jitter: '50ms', correlation: '25' },
      direction: 'to',
    },
  });
});

test('every manifest has the shape of its CRD; every other fault is refused by name', () => {
  const made: string[] = [];
  const with_ = { ...pods, targetLabels: { app: 'client' }, durationMs: 90_000, containers: ['hub'] };
  for (const { kind } of [...faultKinds, ...systemFaultKinds]) {
    try {
      const [manifest] = chaosMeshManifests([{ kind }], with_);
      checkShape(manifest!.spec, specs[manifest!.kind], kind);
      assert.equal(manifest!.spec.duration, '90s');
      made.push(`${kind}: ${manifest!.kind}`);
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_FAULT_UNAVAILABLE') throw error;
      assert.match((error as Error).message, new RegExp(`\\b${kind}\\b`));
    }
  }
  assert.deepEqual(made, [
    ...['latency', 'bandwidth', 'blackhole'].map((kind) => `${kind}: NetworkChaos`),
    'kill: PodChaos',
    'oom-kill: StressChaos',
    ...['packet-loss', 'partition'].map((kind) => `${kind}: NetworkChaos`),
  ]);
});

test('a container is killed by its name, a pod at once', () => {
  assert.deepEqual(one({ kind: 'kill' }, { containers: ['hub'] }).spec.containerNames, ['hub']);
  const { action, gracePeriod } = one({ kind: 'kill' }).spec;
  assert.deepEqual([action, gracePeriod], ['pod-kill', 0]);
});

test('a share of packets is a percentage', () => {
  const { loss } = one({ kind: 'packet-loss', options: { probability: 0.07, direction: 'to-client' } }).spec;
  assert.deepEqual(loss, { loss: '7', correlation: '0' });
});

test('what a cluster cannot do in the same way is refused', () => {
  assert.throws(
    () => one({ kind: 'latency', probability: 0.5 }),
    withCode('ERR_FAULT_UNAVAILABLE', /latency/),
  );
  assert.throws(() => one({ kind: 'blackhole' }), withCode('ERR_FAULT_UNAVAILABLE', /--target/));
  assert.throws(() => one({ kind: 'latncy' }), withCode('ERR_BAD_FAULT', /`latency`/));
  assert.throws(
    () => one({ kind: 'packet-loss', options: { probability: 7 } }),
    withCode('ERR_BAD_FAULT', /a share/),
  );
});

test('manifests of one export have names of their own', () => {
  const names = chaosMeshManifests([{ kind: 'kill' }, { kind: 'kill' }], pods).map(
    ({ metadata }) => metadata.name,
  );
  assert.deepEqual(names, ['holdfast-kill', 'holdfast-kill-2']);
});

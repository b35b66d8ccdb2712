// What is in a heap snapshot of V8, by class: the sum of the objects' own sizes. Pure.

/** The parts of a snapshot file that are read here; see V8's heap-snapshot-generator. */
interface Snapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly [readonly string[], ...unknown[]];
    };
  };
  readonly nodes: readonly number[];
  readonly strings: readonly string[];
}

// A class of a script has its name, a source text its whole text.
const MAX_NAME = 60;

/** Bytes by class, such as `object Socket` or `native Node / TCPSocketWrap`. */
export function bytesByClass({ snapshot: { meta }, nodes, strings }: Snapshot): Map<string, number> {
  const width = meta.node_fields.length;
  const at = (field: string) => meta.node_fields.indexOf(field);
  const [type, name, size] = [at('type'), at('name'), at('self_size')];
  const sums = new Map<string, number>();
  for (let node = 0; node < nodes.length; node += width) {
    const kind = meta.node_types[0][nodes[node + type]!];
    const label = `${kind} ${strings[nodes[node + name]!]!.slice(0, MAX_NAME)}`.trim();
    sums.set(label, (sums.get(label) ?? 0) + nodes[node + size]!);
  }
  return sums;
}

/** What grew from one snapshot to the next, for each of `streams`, the largest first. */
export function growthAStream(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  streams: number,
): [name: string, bytes: number][] {
  return [...after]
    .map(([name, bytes]): [string, number] => [name, (bytes - (before.get(name) ?? 0)) / streams])
    .sort(([, a], [, b]) => b - a);
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Flags } from '../../../test/support/capture/packet-builder.ts';
import { SYN_OPTIONS, TcpScene, type Who } from '../../../test/support/capture/tcp-scene.ts';
import type { Evidence } from '../evidence.ts';
import { handshakePackets } from '../rules/s16-window-scale.ts';
import { type FlowPair, pairFlows, wasSentByItsSide } from './pair-flows.ts';

const TIMESTAMPS = Buffer.from('0101080a0000004d00000000', 'hex');

interface Hop {
  /** Added to the first sequence number of the client: a firewall that numbers anew. */
  readonly renumbered?: number;
  readonly client?: string;
  readonly clientPort?: number;
  readonly options?: Uint8Array;
  readonly clockMs?: number;
  /** The capture begins behind the handshake. */
  readonly isLate?: boolean;
}

/** The same connection as two captures have it: what the far one sees went through the hop. */
async function twoCaptures(hop: Hop, end: (scene: TcpScene, isFar: boolean) => void): Promise<Evidence> {
  const scenes = [false, true].map((isFar) => {
    const { renumbered = 0, client, clientPort, clockMs = 0 } = isFar ? hop : {};
    const options = Buffer.concat([isFar && hop.options ? hop.options : SYN_OPTIONS, TIMESTAMPS]);
    const scene = new TcpScene({
      clientSeq: 1000 + renumbered,
      ...(client !== undefined && { client }),
      ...(clientPort !== undefined && { clientPort }),
    }).wait(clockMs);
    const ttl = (who: Who) => ((who === 'client') === isFar ? 63 : 64);
    const send = (who: Who, fields: Parameters<TcpScene['send']>[1]) =>
      scene.send(who, { ttl: ttl(who), ...fields });
    send('client', { flags: Flags.syn, options });
    send('server', { flags: Flags.syn | Flags.ack, options }).send('client', { ttl: ttl('client') });
    if (isFar && hop.isLate) scene.packets.splice(0);
    for (let i = 0; i < 4; i++) {
      send('client', { payload: Buffer.from('ask') });
      send('server', { payload: Buffer.from('answer') });
    }
    end(scene, isFar);
    return scene;
  });
  // The far one is given first: order must not matter.
  const readings = await Promise.all(
    scenes.reverse().map((scene, source) => scene.read({ source, name: `${source}` })),
  );
  return {
    sources: readings.map(({ source }) => source),
    flows: readings.flatMap(({ flows }) => flows),
    logs: [],
    counters: [],
  };
}

async function pairOf(
  hop: Hop,
  end: (scene: TcpScene, isFar: boolean) => void = () => {},
): Promise<FlowPair> {
  const pairs = pairFlows(await twoCaptures(hop, end));
  assert.equal(pairs.length, 1);
  assert.equal(pairs[0]!.far.source, 0);
  return pairs[0]!;
}

describe('two captures of a connection', () => {
  it('are paired through a NAT, with clocks that differ', async () => {
    const pair = await pairOf({ client: '192.0.2.77', clientPort: 1234, clockMs: 5000 });
    assert.equal(pair.by, 'handshake');
    assert.ok(Math.abs(pair.clockOffsetMs - 5000) < 1);
  });

  it('are paired by what they share when one began later', async () => {
    const pair = await pairOf({ isLate: true, client: '192.0.2.77', clockMs: -3000 });
    assert.equal(pair.by, 'segments');
    assert.ok(Math.abs(pair.clockOffsetMs + 3000) < 1);
  });

  it('are paired by timestamps when a firewall numbers anew, and show what else it changed', async () => {
    const stripped = Buffer.from('020405b4', 'hex');
    const pair = await pairOf({ renumbered: 123_456, options: stripped });
    assert.equal(pair.by, 'timestamps');
    const [syn] = handshakePackets(pair);
    assert.deepEqual([syn!.sent.options?.windowScale, syn!.arrived.options?.windowScale], [7, undefined]);
  });

  it('are not paired when they are of two connections, as on the two sides of a proxy', async () => {
    const { sources, flows } = await twoCaptures({ renumbered: 99 }, () => {});
    const other = flows.map((flow) => ({
      ...flow,
      segments: flow.segments.map((segment) => ({
        ...segment,
        seq: segment.seq + flow.source * 7,
        options: { kinds: [] },
      })),
    }));
    assert.deepEqual(pairFlows({ sources, flows: other, logs: [], counters: [] }), []);
  });

  it('show a reset that the named side never sent, and one that it did', async () => {
    const reset = { flags: Flags.rst | Flags.ack };
    const injected = await pairOf({ clockMs: 9000 }, (scene, isFar) => {
      scene.wait(1000);
      if (!isFar) scene.send('server', reset);
      else scene.send('server', { payload: Buffer.from('goes on') });
    });
    const seen = injected.near.segments.at(-1)!;
    assert.equal(wasSentByItsSide(injected, seen), false);
    const sent = await pairOf({}, (scene) => scene.wait(1000).send('server', reset));
    assert.equal(wasSentByItsSide(sent, sent.near.segments.at(-1)!), true);
    assert.equal(wasSentByItsSide(sent, sent.far.segments.at(-1)!), undefined, 'it is that capture');
  });

  it('say nothing of a reset after one of them had ended', async () => {
    const pair = await pairOf({ clockMs: 9000 }, (scene, isFar) => {
      if (!isFar) scene.wait(60_000).send('server', { flags: Flags.rst });
    });
    assert.equal(wasSentByItsSide(pair, pair.near.segments.at(-1)!), undefined);
  });
});

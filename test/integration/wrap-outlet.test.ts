// What an application puts around the outlet of a stream.

import assert from 'node:assert/strict';
import type { Chunk } from '../../src/hub/chunk.ts';
import { OutletWrapper } from '../../src/hub/outlet-wrapper.ts';
import { laneTest } from '../support/hub-server.ts';
import { rawClient, streamRequest } from '../support/raw-client.ts';
import { StreamClient } from '../support/stream-client.ts';
import { waitFor } from '../support/wait-for.ts';

laneTest('a wrapper sees what is written, and how the stream closes', async (t, startHub) => {
  let bytes = 0;
  const closed: string[] = [];
  class Watched extends OutletWrapper {
    override write(chunk: Chunk): boolean {
      bytes += chunk.byteLength;
      return super.write(chunk);
    }
    override onClose(reason: Parameters<OutletWrapper['onClose']>[0]): void {
      closed.push(reason);
      super.onClose(reason);
    }
  }
  const topics: (string | null)[] = [];
  const { hub, url } = await startHub(t, {
    wrapOutlet(outlet, { query }) {
      topics.push(query.get('topic'));
      return new Watched(new OutletWrapper(outlet));
    },
  });
  const client = new StreamClient(`${url}/stream?topic=a`);
  await client.connect();
  const [id] = await hub.publish({ topic: 'a', data: 'x' });
  await client.reaches(id!);
  assert.deepEqual(topics, ['a']);
  assert.equal(bytes, Buffer.byteLength(client.text));
  client.cut('fin');
  await waitFor('the end', () => closed.length === 1);
  assert.deepEqual(closed, ['client-left']);
  assert.equal(hub.stats().streams, 0);
});

laneTest('a wrapper that holds back turns a stream behind, and loses nothing', async (t, startHub) => {
  let goOn: (() => void) | undefined;
  class Held extends OutletWrapper {
    override write(chunk: Chunk): boolean {
      super.write(chunk);
      goOn = () => super.onDrain();
      return false;
    }
  }
  const { hub, url } = await startHub(t, { wrapOutlet: (outlet) => new Held(outlet) });
  const client = new StreamClient(`${url}/stream?topic=a`);
  await client.connect();
  const ids = await hub.publish([1, 2, 3].map((data) => ({ topic: 'a', data })));
  assert.equal(hub.stats().behind, 1);
  await waitFor('all events', () => {
    goOn?.();
    return client.lastEventId === ids[2];
  });
  assert.deepEqual(
    client.events.map(({ data }) => data),
    ['1', '2', '3'],
  );
});

laneTest('a wrapper that cannot be made cuts its stream, and the hub lives', async (t, startHub) => {
  const errors: unknown[] = [];
  const nothing = () => {};
  const logger = {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: (values: unknown) => void errors.push(values),
  };
  const { hub, port } = await startHub(t, {
    logger,
    wrapOutlet: () => {
      throw new Error('no metrics today');
    },
  });
  const client = await rawClient(t, port, streamRequest('a'));
  await waitFor('the cut', () => client.ended());
  assert.equal(hub.stats().streams, 0);
  assert.match(String((errors[0] as { err: Error }).err), /no metrics today/);
});

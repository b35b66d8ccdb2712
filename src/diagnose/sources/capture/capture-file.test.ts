import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { TcpScene } from '../../../../test/support/capture/tcp-scene.ts';
import { withCode } from '../../../../test/support/with-code.ts';
import { readCaptureFile } from './capture-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-capture-file-'));
after(() => rmSync(folder, { recursive: true }));

function save(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe('readCaptureFile', () => {
  it('reads a file that is larger than its buffers, packed and not, with the same evidence', async () => {
    const scene = new TcpScene().handshake();
    for (let i = 0; i < 3000; i++) scene.send('server', { payload: Buffer.alloc(1000, i) }).send('client');
    const file = scene.file();
    assert.ok(file.length > 3 * 2 ** 20);
    const plain = await readCaptureFile(save('plain.pcap', file), { name: 'same' });
    const packed = await readCaptureFile(save('packed.pcap.gz', gzipSync(file)), { name: 'same' });
    assert.equal(plain.source.packets, 6003);
    assert.equal(plain.flows[0]!.halves.server.bytes, 3_000_000);
    assert.deepEqual(packed, plain);
  });

  it('says which file cannot be read', async () => {
    await assert.rejects(
      readCaptureFile(join(folder, 'none.pcap')),
      withCode('ERR_FILE', /none\.pcap.*ENOENT/),
    );
    await assert.rejects(readCaptureFile(folder), withCode('ERR_FILE', /EISDIR/));
  });

  it('says in one line what is no capture', async () => {
    const { source, flows } = await readCaptureFile(save('empty.pcap', Buffer.alloc(0)));
    assert.deepEqual(source.problems, [{ message: 'the file is empty', offset: 0 }]);
    assert.deepEqual([source.packets, flows.length], [0, 0]);
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { takeLoopDelay } from './loop-delay-figures.ts';
import { nodeHttp } from './peers/node-http/peer.ts';
import { freePort } from './peers/start-server.ts';

const linux = process.platform === 'linux' ? {} : { skip: 'only Linux has /proc' };

test('a server that was started for it tells its loop delay, each time anew', {
  timeout: 30_000,
  ...linux,
}, async (t) => {
  const loopDelayFolder = await mkdtemp(join(tmpdir(), 'loop-delay-'));
  t.after(() => rm(loopDelayFolder, { recursive: true }));
  const peer = await nodeHttp.start(await freePort(), { streams: 1, keepsHistory: false, loopDelayFolder });
  t.after(() => peer.stop());
  for (let i = 0; i < 2; i++) {
    const { loopDelayP99Us, loopDelayMaxUs } = await takeLoopDelay(peer.pid, loopDelayFolder);
    assert.ok(
      loopDelayP99Us! >= 0 && loopDelayMaxUs! >= loopDelayP99Us! * 0.99,
      `${loopDelayP99Us}, ${loopDelayMaxUs}`,
    );
  }
});

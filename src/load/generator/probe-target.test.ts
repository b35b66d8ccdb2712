import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScriptedServer } from '../../../test/support/scripted-server.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { withCode } from '../../../test/support/with-code.ts';
import { checkSources, probeStream, resolveTarget } from './probe-target.ts';

const never = new AbortController().signal;

test('an address is looked up once, with the port of the URL or of http', async () => {
  assert.deepEqual(await resolveTarget(new URL('http://127.0.0.1:8080/a')), {
    address: '127.0.0.1',
    port: 8080,
  });
  assert.deepEqual(await resolveTarget(new URL('http://[::1]/')), { address: '::1', port: 80 });
});

test('a URL with TLS brings its port, and the name that the certificate has to be for', async () => {
  assert.deepEqual(await resolveTarget(new URL('https://127.0.0.1/')), {
    ...{ address: '127.0.0.1', port: 443, tlsName: '127.0.0.1' },
  });
});

test('a name without address is refused', async () => {
  await assert.rejects(resolveTarget(new URL('http://no-such-host.invalid/')), withCode('ERR_UNREACHABLE'));
});

test('one stream is opened and closed again', async (t) => {
  const server = await ScriptedServer.start(t);
  const target = { address: '127.0.0.1', port: server.port };
  await probeStream(target, 'host', '/stream', [['x-a', 'b']], 5000, never);
  await waitFor('the stream to be closed', () => server.connections === 0);
});

test('waiting for an answer ends with the run', async (t) => {
  const server = await ScriptedServer.start(t, { probe: { answer: 'never' } });
  const controller = new AbortController();
  const target = { address: '127.0.0.1', port: server.port };
  const probe = probeStream(target, 'host', '/', [], 60_000, controller.signal);
  controller.abort();
  await assert.rejects(probe, withCode('ERR_UNREACHABLE'));
});

test('sources have to be addresses of this machine', async () => {
  await checkSources([]);
  await checkSources(['127.0.0.1', '127.0.0.2']);
  await assert.rejects(checkSources(['127.0.0.1', '192.0.2.1']), withCode('ERR_LIMIT'));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '../base/errors.ts';
import { isLoopback, parseListenAddress, urlOf } from './listen-address.ts';

test('an address is host and port, and without a host it is 127.0.0.1', () => {
  const cases: [text: string, host: string, port: number][] = [
    ['127.0.0.1:8080', '127.0.0.1', 8080],
    ['[::1]:8080', '::1', 8080],
    ['hub.internal:80', 'hub.internal', 80],
    ['0.0.0.0:65535', '0.0.0.0', 65_535],
    [':0', '127.0.0.1', 0],
    ['8080', '127.0.0.1', 8080],
  ];
  for (const [text, host, port] of cases) assert.deepEqual(parseListenAddress(text), { host, port });
});

test('anything else is refused with the value', () => {
  for (const text of [
    '',
    'localhost',
    '127.0.0.1:',
    ':65536',
    '::1:8080',
    '[127.0.0.1]:80',
    'a b:80',
    'x:-1',
  ]) {
    assert.throws(
      () => parseListenAddress(text),
      (error) => error instanceof HoldfastError && error.code === 'ERR_USAGE' && error.message.includes(text),
      text,
    );
  }
});

test('loopback is 127.0.0.0/8, ::1 and localhost, however they are written', () => {
  for (const host of ['127.0.0.1', '127.9.9.9', '::1', '0:0:0:0:0:0:0:1', 'localhost', 'LocalHost']) {
    assert.equal(isLoopback(host), true, host);
  }
});

test('nothing else is loopback', () => {
  for (const host of [
    '0.0.0.0',
    '::',
    '128.0.0.1',
    '10.0.0.1',
    'fe80::1',
    '127.0.0.1.example',
    '127.1',
    '',
  ]) {
    assert.equal(isLoopback(host), false, host);
  }
});

test('the URL is one that this machine can open', () => {
  assert.equal(urlOf({ host: '::1', port: 80 }), 'http://[::1]:80');
  assert.equal(urlOf({ host: '0.0.0.0', port: 80 }), 'http://127.0.0.1:80');
  assert.equal(urlOf({ host: '::', port: 80 }), 'http://[::1]:80');
});

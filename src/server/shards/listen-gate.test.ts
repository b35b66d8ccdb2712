import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '../../../test/support/wait-for.ts';
import { ListenGate } from './listen-gate.ts';

function gateWith({ mayClose = true } = {}) {
  const state = { used: 0, may: mayClose, asked: 0, calls: [] as string[] };
  const gate = new ListenGate({
    fills: async () => [
      { used: state.used, most: 100 },
      { used: 0, most: 1 },
    ],
    mayClose: async () => {
      state.asked++;
      return state.may;
    },
    close: () => void state.calls.push('close'),
    open: async () => void state.calls.push('open'),
    onError: (error) => assert.fail(String(error)),
  });
  return { gate, state };
}

test('a full process closes its listener, and opens it when a twentieth of its streams has gone', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { gate, state } = gateWith();
  state.used = 99;
  const pass = async (ms: number) => {
    t.mock.timers.tick(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  gate.noteConnection();
  await pass(50);
  assert.deepEqual([gate.isOpen, state.asked], [true, 0]);
  state.used = 100;
  gate.noteConnection();
  await pass(50);
  assert.equal(gate.isOpen, false);
  state.used = 96;
  await pass(250);
  assert.equal(gate.isOpen, false);
  state.used = 95;
  await pass(250);
  assert.equal(gate.isOpen, true);
  assert.deepEqual(state.calls, ['close', 'open']);
  gate.stop();
});

test('the last one that would close stays open, and asks again with the next connection', async () => {
  const { gate, state } = gateWith({ mayClose: false });
  state.used = 100;
  gate.noteConnection();
  await waitFor('the question', () => state.asked === 1);
  assert.equal(gate.isOpen, true);
  state.may = true;
  gate.noteConnection();
  await waitFor('the close', () => !gate.isOpen);
  gate.stop();
});

test('one that is told to opens although it is full; one that has stopped does nothing', async () => {
  const { gate, state } = gateWith();
  state.used = 100;
  gate.noteConnection();
  await waitFor('the close', () => !gate.isOpen);
  await gate.open();
  assert.deepEqual([gate.isOpen, state.calls], [true, ['close', 'open']]);
  gate.stop();
  gate.noteConnection();
  await gate.open();
  assert.deepEqual(state.calls, ['close', 'open']);
});

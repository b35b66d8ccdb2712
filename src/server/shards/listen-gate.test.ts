import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '../../../test/support/wait-for.ts';
import { ListenGate } from './listen-gate.ts';

function gateWith({ mayClose = true } = {}) {
  const state = { used: 0, may: mayClose, asked: 0, calls: [] as string[], failing: '', errors: 0 };
  const gate = new ListenGate({
    async fills() {
      if (state.failing === 'fills') throw new Error('no count');
      return [
        { used: state.used, most: 100 },
        { used: 0, most: 1 },
      ];
    },
    mayClose: async () => {
      state.asked++;
      return state.may;
    },
    close: () => void state.calls.push('close'),
    async open() {
      if (state.failing === 'open') throw new Error('the port is taken');
      state.calls.push('open');
    },
    onError(error) {
      if (state.failing === '') assert.fail(String(error));
      state.errors++;
    },
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

test('a listener that cannot be opened is not called open, and is tried again until it is', async () => {
  const { gate, state } = gateWith();
  state.used = 100;
  gate.noteConnection();
  await waitFor('the close', () => !gate.isOpen);
  state.failing = 'open';
  await assert.rejects(gate.open(), { message: 'the port is taken' });
  assert.equal(gate.isOpen, false);
  await waitFor('another try', () => state.errors > 0);
  assert.equal(gate.isOpen, false);
  state.failing = '';
  await waitFor('the listener, full as it is', () => gate.isOpen);
  assert.deepEqual(state.calls, ['close', 'open']);
  gate.stop();
});

test('a count that fails once does not end the looking', async () => {
  const { gate, state } = gateWith();
  state.used = 100;
  state.failing = 'fills';
  gate.noteConnection();
  await waitFor('the failure', () => state.errors === 1);
  state.failing = '';
  gate.noteConnection();
  await waitFor('the close', () => !gate.isOpen);
  state.failing = 'fills';
  await waitFor('another failure', () => state.errors === 2);
  state.failing = '';
  state.used = 0;
  await waitFor('the opening', () => gate.isOpen);
  gate.stop();
});

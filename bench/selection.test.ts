import assert from 'node:assert/strict';
import { test } from 'node:test';
import { peers } from './peers/registry.ts';
import { scenarios } from './scenarios/registry.ts';
import { secondsOf, select } from './selection.ts';
import { targets } from './targets.ts';

const names = peers.map(({ name }) => name);
const nothing = { scenarios: [], peers: undefined, rounds: undefined, isQuick: false, resume: undefined };

test('the plan takes every scenario and every peer, within three quarters of an hour', () => {
  const plan = select(nothing, scenarios, names);
  assert.deepEqual(
    [...new Set(plan.map(({ scenario }) => scenario.name))],
    scenarios.map(({ name }) => name),
  );
  assert.deepEqual([...new Set(plan.flatMap((row) => row.peers))].toSorted(), names.toSorted());
  const minutes = secondsOf(plan, peers) / 60;
  assert.ok(minutes <= 45, `${minutes} minutes`);
});

test('the plan measures each thing once, and all that something is asked of at 5,000 streams and more', () => {
  const ids = select(nothing, scenarios, names).map(({ variant }) => variant.id);
  assert.equal(new Set(ids).size, ids.length);
  const asked = Object.keys(targets).filter((id) => id !== 'idle-5000-own');
  assert.deepEqual(
    asked.filter((id) => !ids.includes(id)),
    [],
  );
});

test('every row of the plan has Holdfast, at least three rounds, and names whom it leaves out', () => {
  for (const { variant, rounds, peers: taking, leftOut } of select(nothing, scenarios, names)) {
    assert.equal(taking[0], 'holdfast', variant.id);
    assert.ok(rounds >= 3, variant.id);
    assert.deepEqual([...taking, ...leftOut].toSorted(), names.toSorted());
  }
});

test('a scenario that is named is measured whole, five rounds, all peers', () => {
  const rows = select({ ...nothing, scenarios: ['steady'] }, scenarios, names);
  assert.deepEqual(
    rows.map(({ variant, rounds, peers: taking }) => [variant.id, rounds, taking.length]),
    [1000, 2000, 5000, 17_000].map((streams) => [`steady-${streams}`, 5, names.length]),
  );
});

test('rounds and peers that are given hold for all rows', () => {
  for (const row of select({ ...nothing, peers: ['holdfast', 'mercure'], rounds: 1 }, scenarios, names)) {
    assert.equal(row.rounds, 1);
    assert.deepEqual([...row.peers, ...row.leftOut].toSorted(), ['holdfast', 'mercure']);
  }
});

test('quick is one round of a few, in under five minutes, and what has nothing quick only by name', () => {
  const rows = select({ ...nothing, isQuick: true }, scenarios, names);
  assert.ok(rows.every(({ rounds }) => rounds === 1));
  assert.ok(secondsOf(rows, peers) <= 300, `${secondsOf(rows, peers)} s`);
  assert.ok(!rows.some(({ scenario }) => scenario.name === 'loop'));
  const loop = select({ ...nothing, isQuick: true, scenarios: ['loop'] }, scenarios, names);
  assert.deepEqual(
    loop.map(({ variant }) => variant.id),
    ['loop'],
  );
});

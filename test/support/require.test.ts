import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { chromium } from './require.ts';

test('a missing tool skips the test with one line that says how to get it', (t) => {
  withEnvironment(t, { CHROMIUM_PATH: '/nowhere/chromium', HOLDFAST_REQUIRE: 'curl' });
  const reasons: string[] = [];
  assert.equal(chromium(fakeTest(reasons)), undefined);
  assert.deepEqual(reasons, [
    'needs chromium, which is not at /nowhere/chromium: run scripts/install-test-tools.sh',
  ]);
});

test('a missing tool that HOLDFAST_REQUIRE names fails the test', (t) => {
  withEnvironment(t, { CHROMIUM_PATH: '/nowhere/chromium', HOLDFAST_REQUIRE: 'curl, chromium' });
  const reasons: string[] = [];
  assert.throws(() => chromium(fakeTest(reasons)), /scripts\/install-test-tools\.sh/);
  assert.deepEqual(reasons, []);
});

test('a tool that is there is named by its path', (t) => {
  withEnvironment(t, { CHROMIUM_PATH: process.execPath, HOLDFAST_REQUIRE: 'chromium' });
  assert.equal(chromium(fakeTest([])), process.execPath);
});

function fakeTest(reasons: string[]): TestContext {
  return { skip: (reason: string) => reasons.push(reason) } as unknown as TestContext;
}

function withEnvironment(t: TestContext, values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) {
    const before = process.env[name];
    process.env[name] = value;
    t.after(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
  }
}

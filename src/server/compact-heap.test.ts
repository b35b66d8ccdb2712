import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

// In a process of its own: the flag is the process's.
const script = `
  import { getHeapSpaceStatistics } from 'node:v8';
  import { keepHeapCompact } from '${new URL('./compact-heap.ts', import.meta.url)}';
  if (process.env.BOUND === 'yes') keepHeapCompact();
  let kept = [];
  for (let i = 0; i < 3_000_000; i++) {
    kept.push({ i });
    if (kept.length > 100_000) kept = [];
  }
  console.log(getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size);
`;

const youngBytes = (bound: 'yes' | 'no') =>
  Number(
    execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      env: { ...process.env, BOUND: bound },
      encoding: 'utf8',
      timeout: 30_000,
    }),
  );

test('the young generation stays small where it would have grown many times over', () => {
  assert.ok(youngBytes('no') > 16 * 1024 * 1024, 'V8 lets it grow by itself');
  // Node.js itself may have let it grow once before any code of ours ran.
  const bytes = youngBytes('yes');
  assert.ok(bytes <= 4.5 * 1024 * 1024, `${bytes} bytes`);
});

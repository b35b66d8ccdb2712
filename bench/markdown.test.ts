import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factsMarkdown, variantMarkdown } from './markdown.ts';
import type { BenchFacts, VariantOutcome } from './outcome.ts';

const outcome: VariantOutcome = {
  ...{ scenario: 'steady', id: 'steady-2000', title: '2,000 streams', rounds: 1 },
  turns: [
    { peer: 'holdfast', round: 1, figures: { cpuUsPerEvent: 2 }, files: [] },
    { peer: 'epoll-c', round: 1, figures: { cpuUsPerEvent: 4 }, files: [] },
    { peer: 'nchan', round: 1, problem: 'crashed', files: [] },
  ],
  ...{ unable: {}, leftOut: ['mercure'], targets: [] },
};

test('a table with the numbers to the right, and below it whatever is not in it', () => {
  assert.equal(
    variantMarkdown(outcome, ['cpuUsPerEvent'], ['holdfast', 'epoll-c', 'nchan']),
    `### steady: 2,000 streams

1 round; medians, with the least and the most.

|  | CPU an event | holdfast / |
| --- | ---: | ---: |
| holdfast | 2.00 \u00b5s |  |
| epoll-c | 4.00 \u00b5s | 0.50x |

- nchan, round 1: crashed
- not measured here: mercure
`,
  );
});

test('the facts are those that it takes to repeat it, with the peers that are missing', () => {
  const facts = {
    ...{ cpus: 2, cpuModel: 'EPYC', memoryBytes: 24 * 1024 ** 3, kernel: 'Linux 6', node: 'v24' },
    ...{ tcpWmem: '4096 16384 4194304', commit: 'abc' },
  } as BenchFacts;
  const text = factsMarkdown({
    ...{ startedAt: '2026-01-01', resumedAt: ['2026-01-02'], arguments: ['--rounds', '3'], facts },
    ...{ missing: { pushpin: 'it is not installed' }, variants: [] },
  });
  assert.equal(
    text,
    `\`npm run bench -- --rounds 3\`, 2026-01-01, taken up again 2026-01-02; commit abc.
2 x EPYC, 24.0 GiB, Linux 6, Node.js v24, tcp_wmem 4096 16384 4194304.
Missing peer pushpin: it is not installed.
`,
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  readLines,
  runLine,
  sampleLine,
  smallComparison,
  smallReport,
  smallRun,
  summaryLine,
} from '../../test/support/small-result.ts';
import { markdownReport } from './markdown-report.ts';
import { reportDocument } from './report-document.ts';

test('the Markdown of one run', () => {
  const [head] = markdownReport(smallReport()).split('| figure |');
  assert.equal(
    head,
    `# holdfast load: hub.test/stream

holdfast load, 2.00 s, started 2026-05-12 10:15:00 UTC

> The load generator was late in 1 of 2 intervals; latencies there are upper bounds.
>
> The server kept publishes from being sent when due in 1 of 2 intervals; their wait is in the latencies.

**Verdict: fail**

| objective | outcome | because |
| --- | --- | --- |
| \` delivery>=99.99% \` | fail | 1 of 200 lost |

|  | count | p50 | p90 | p99 | p99.9 | max | mean |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
| delivery | 200 | 10.0 ms | 10.0 ms | 100 ms | 100 ms | 100 ms | 19.0 ms |
| heartbeat gap | 7 | 15.0 s | - | 15.2 s | - | 15.2 s | - |

`,
  );
});

test('publishes that were not acknowledged are in the table of figures', () => {
  const text = markdownReport(smallReport());
  for (const row of [
    '| publish errors | 5 |  |',
    '| not acknowledged: answered with status 503 | 3 |  |',
    '| publishes of unknown fate | 2 | sent and not answered: the server may have them |',
    '| intervals limited by the server | 1 | of 2 |',
  ])
    assert.ok(text.includes(`${row}\n`), row);
});

test('the comparison in Markdown', () => {
  const text = markdownReport(smallComparison());
  assert.match(text, /^\| {2}\| ours \(median of 2\) \| theirs \(median of 2\) \| of ours, by round \|$/m);
  assert.match(text, /^\| p99 latency \| 100 ms \| 250 ms \| 2\.50x \(2\.00 to 3\.00\) \|$/m);
});

test('foreign text is no markup, no link, no mention, and stays in its cell', () => {
  const options = {
    a: '<img src=x>',
    b: '@someone #1',
    c: '[x](http://evil.test)',
    d: 'a | b',
    e: '``` `x',
    f: '</details>',
  };
  const text = markdownReport(
    reportDocument([readLines([{ ...runLine, options }, ...smallRun.slice(1)])], '0.1.0'),
  );
  for (const cell of [
    '` <img src=x> `',
    '` @someone #1 `',
    '` [x](http://evil.test) `',
    '` a \\| b `',
    '```` ``` `x ````',
    '` </details> `',
  ]) {
    assert.ok(text.includes(`| ${cell} |`), cell);
  }
  const summary = {
    ...summaryLine,
    publishErrorsByReason: { '<img src=x>': 1 },
    server: { ...summaryLine.server, socketPeaks: { 'a | [b](http://evil.test)': 1 } },
  };
  const labels = markdownReport(reportDocument([readLines([runLine, sampleLine, summary])], '0.1.0'));
  for (const cell of ['` not acknowledged: <img src=x> `', '` sockets a \\| [b](http://evil.test) `'])
    assert.ok(labels.includes(`| ${cell} |`), cell);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  readLines,
  runLine,
  sampleLine,
  smallComparison,
  smallReport,
  smallRun,
} from '../../test/support/small-result.ts';
import { reportDocument } from './report-document.ts';
import { textReport } from './text-report.ts';

test('the text of one run', () => {
  assert.equal(
    textReport(smallReport()),
    `holdfast load: hub.test/stream

holdfast load, 2.00 s, started 2026-05-12 10:15:00 UTC
! The load generator was late in 1 of 2 intervals; latencies there are upper bounds.
! The server kept publishes from being sent when due in 1 of 2 intervals; their wait is in the latencies.

Verdict: fail
  fail  delivery>=99.99%  1 of 200 lost

Latency
                 count      p50      p90     p99   p99.9     max     mean
  delivery         200  10.0 ms  10.0 ms  100 ms  100 ms  100 ms  19.0 ms
  heartbeat gap      7   15.0 s        -  15.2 s       -  15.2 s        -

Delivery
  events delivered                                              200
  delivered per second                                        100/s
  events published                                               20
  publish errors                                                  5
  not acknowledged: answered with status 503                      3
  not acknowledged: sent, and not answered within 30000 ms        2
  publishes of unknown fate                                       2  sent and not answered: the server may have them
  intervals limited by the server                                 1  of 2
  delivered of what was owed                                99.50 %
  lost                                                            1
  repeated                                                        0
  out of order                                                    0
  late                                                            0

Streams
  streams at once  10

Server
  server CPU an event     2.00 µs  after the ramp, from 0.50 s
  server CPU           0.00 cores

Load generator
  intervals limited by it  1  of 2

Ends by reason
  own    9
  reset  1

What was run
  result file     run.ndjson
  URL             http://hub.test/stream
  started         2026-05-12T10:15:00.000Z
  run             run-1
  holdfast        0.1.0
  Node.js         24.21.0
  processor       2 x Test CPU
  option streams  10
  option token    redacted
`,
  );
});

test('the comparison in text', () => {
  const text = textReport(smallComparison());
  assert.match(text, /^ {2}p99 latency +100 ms +250 ms +2\.50x \(2\.00 to 3\.00\)$/m);
  assert.match(text, /^ {2}p99 heartbeat gap +15\.2 s +15\.2 s /m);
  assert.match(text, /^ {2}publish errors +5 +5 /m);
  assert.match(text, /^ {2}theirs, round 2 +10\.0 ms +300 ms /m);
  assert.match(text, /With 2 rounds the spread says little/);
});

test('a file that was cut off says so first, and what was not measured is one line', () => {
  const text = textReport(
    reportDocument([readLines([runLine, { ...sampleLine, server: undefined }, '{"ki'])], '0.1.0'),
  );
  assert.match(
    text,
    /^! Cut off after 1\.00 s: the file has no summary, and these figures are from its 1 samples\.$/m,
  );
  assert.match(text, /^! 1 unusable line: line 3 is not JSON\.$/m);
  assert.match(text, /^Not measured: loss.*; the server's CPU, memory and files; a verdict/m);
  assert.doesNotMatch(text, /^Server$/m);
});

test('foreign text cannot steer the terminal', () => {
  const hostile = { ...runLine, url: 'http://a/\u001b[2J\u009b1m', options: { 'a\nb': 'c\r\u202ed' } };
  const text = textReport(reportDocument([readLines([hostile, ...smallRun.slice(1)])], '0.1.0'));
  assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
  assert.match(text, /option a b +c d$/m);
});

test('colour is only where it is asked for', () => {
  const painted = textReport(smallReport(), (style, text) => `<${style}>${text}</${style}>`);
  assert.match(painted, /<bold>Verdict: <\/bold><red>fail<\/red>/);
});

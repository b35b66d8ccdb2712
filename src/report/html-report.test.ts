import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import {
  readLines,
  runLine,
  smallComparison,
  smallReport,
  smallRun,
} from '../../test/support/small-result.ts';
import { undefinedColours } from '../../test/support/undefined-colours.ts';
import { htmlReport } from './html-report.ts';
import { html } from './html-text.ts';
import { reportDocument } from './report-document.ts';

test('the policy allows exactly the scripts and styles of the page, and nothing from elsewhere', () => {
  for (const page of [htmlReport(smallReport()), htmlReport(smallComparison())]) {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/
      .exec(page)![1]!
      .replaceAll('&#39;', "'");
    const hashes = (pattern: RegExp) =>
      Array.from(page.matchAll(pattern), ([, text]) => hashOf(text!)).join(' ');
    assert.ok(policy.startsWith("default-src 'none'; "));
    assert.ok(policy.includes(`script-src ${hashes(/<script>(.*?)<\/script>/gs)};`));
    assert.ok(policy.includes(`style-src ${hashes(/<style>(.*?)<\/style>/gs)};`));
    assert.ok(!policy.includes('unsafe'));
    assert.doesNotMatch(page, /\s(?:src|href|style|on\w+)=/);
    assert.deepEqual(undefinedColours(page), []);
    assert.match(page, /uPlot Copyright \(c\) .* MIT licence/);
  }
});

test('what cannot be shown is left out, with one line about it', () => {
  const page = htmlReport(smallReport());
  assert.match(page, /data-plot="percentiles"/);
  assert.doesNotMatch(page, /Server open files/);
  assert.match(page, /Latency heat map/);
});

test('publishes that were not acknowledged, and intervals in which the server held them, are in the tables', () => {
  const page = htmlReport(smallReport());
  assert.match(page, /not acknowledged: answered with status 503<\/th><td>3</);
  assert.match(page, /publishes of unknown fate <small>[^<]*<\/small><\/th><td>2</);
  assert.match(page, /intervals limited by the server <small>of 2<\/small><\/th><td>1</);
  assert.match(page, />heartbeat gap<\/th><td>7</);
  assert.match(page, /The server kept publishes from being sent when due in 1 of 2 intervals/);
});

test('a hostile result file cannot put markup or script into the page', () => {
  const evil = `</script></style><script>alert(1)</script><!--<img src=x onerror=alert(1)>"'\``;
  const hostile = [
    {
      ...runLine,
      tool: evil,
      version: evil,
      run: evil,
      startedAt: evil,
      url: evil,
      options: { [evil]: evil },
      machine: { cpuModel: evil },
    },
    ...smallRun.slice(1, 3),
    {
      ...(smallRun[3] as object),
      ends: { [evil]: 3 },
      publishErrorsByReason: { [evil]: 3 },
      server: { socketPeaks: { [evil]: 3 } },
      verdict: { outcome: evil, checks: [{ objective: evil, outcome: evil, because: evil }] },
    },
  ];
  const files = [
    readLines([`{"kind":${JSON.stringify(evil)}}`, ...hostile], undefined, evil),
    readLines(hostile, evil),
  ];
  for (const page of [
    htmlReport(reportDocument(files.slice(0, 1), '0.1.0')),
    htmlReport(reportDocument(files, '0.1.0')),
  ]) {
    const rest = page.replace(/<(script|style)>.*?<\/\1>/gs, '');
    assert.equal(page.match(/<script\b/g)!.length, 3, 'data, uPlot, plots');
    assert.doesNotMatch(rest, /<img|<!--|alert\(1\)>/);
    // Element names and attributes of our own templates only.
    const tags = new Set(Array.from(rest.matchAll(/<([a-z][\w-]*)/gi), ([, tag]) => tag!.toLowerCase()));
    const own =
      'html head meta title body header h1 h2 h3 p section table thead tbody tr th td small code span dl div dt dd figure figcaption svg rect line ul li details summary footer noscript script'.split(
        ' ',
      );
    assert.deepEqual(
      [...tags].filter((tag) => !own.includes(tag)),
      [],
    );
    const json = /<script type="application\/json" id="plot-data">(.*?)<\/script>/s.exec(page)![1]!;
    assert.ok(!json.includes('<'));
    assert.ok(JSON.parse(json).runs[0].name.includes('alert(1)'));
  }
});

test('the template escapes whatever is put into it, also in an attribute', () => {
  assert.equal(
    html`<a title="${`"'<>&\``}">${['<b>', html`<i></i>`, undefined, false, 0]}</a>`.text,
    '<a title="&#34;&#39;&#60;&#62;&#38;&#96;">&#60;b&#62;<i></i>0</a>',
  );
});

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

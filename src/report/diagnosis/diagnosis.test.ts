// The formats of a diagnosis: what the text says, that foreign text stays text, and that JSON is what its schema says.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { evidenceOf, FlowScript } from '../../../test/support/flow-script.ts';
import { undefinedColours } from '../../../test/support/undefined-colours.ts';
import { diagnose } from '../../diagnose/diagnose.ts';
import { diagnosisHtml } from './diagnosis-html.ts';
import { diagnosisMarkdown } from './diagnosis-markdown.ts';
import type { DiagnosisRecord } from './diagnosis-record.ts';
import { diagnosisText } from './diagnosis-text.ts';

const evil = '</title><script>alert(1)</script>`|\u001b[31m';

function idle(target = '/events', headers = {}): FlowScript[] {
  return [4, 9, 15].map((count, i) =>
    new FlowScript({ atMs: i * 9000 })
      .connect()
      .request(target)
      .respond(headers)
      .events(count, 900)
      .wait(60_000)
      .fin('server'),
  );
}

const together = (): FlowScript[] => [
  ...[1, 2, 3].map((i) => {
    const script = new FlowScript({ atMs: i * 300 })
      .connect()
      .request()
      .respond()
      .events(2 * i, 270);
    return script.wait(9000 - i * 300 - 2 * i * 270).reset('server');
  }),
  new FlowScript({ atMs: 9600 }).syn().wait(1).refuse(),
];

const cases: readonly [string, DiagnosisRecord][] = [
  ['a timer', diagnose(evidenceOf(idle()))],
  ['a crash with what followed', diagnose(evidenceOf(together()))],
  [
    'nothing wrong',
    diagnose(evidenceOf([new FlowScript().connect().request().respond().complete().fin('server')])),
  ],
  ['foreign text', diagnose(evidenceOf(idle(evil, { server: evil })))],
  ['nothing at all', diagnose({ sources: [], flows: [], logs: [], counters: [] })],
];

describe('a diagnosis as JSON', () => {
  const schema = JSON.parse(
    readFileSync(new URL('../../../docs/diagnosis.schema.json', import.meta.url), 'utf8'),
  );
  const isValid = new Ajv2020({ allErrors: true }).compile(schema);

  for (const [name, diagnosis] of cases) {
    it(`is what the schema says: ${name}`, () => {
      const text = JSON.stringify({ ...diagnosis, version: '0.1.0' });
      assert.ok(isValid(JSON.parse(text)), JSON.stringify(isValid.errors));
    });
  }

  it('is refused by the schema with anything missing or unknown', () => {
    const whole = { ...cases[0]![1], version: '0.1.0' };
    assert.ok(!isValid({ ...whole, findings: undefined }));
    assert.ok(!isValid({ ...whole, more: 1 }));
  });
});

describe('a diagnosis as text', () => {
  it('puts the cause first, then why, not, help and more', () => {
    const text = diagnosisText(cases[0]![1]);
    const labels = [...text.matchAll(/^ {2}(why|not|help|more)\b/gm)].map(([, label]) => label);
    assert.deepEqual(labels, ['why', 'not', 'help', 'more']);
    assert.match(text, /^S03 {2}proxy idle timeout, 60 s {2,}sure$/m);
    assert.match(
      text,
      /^ {8}tcp\.stream in \{[\d, ]+\} && \(tcp\.flags\.fin == 1 \|\| tcp\.flags\.reset == 1\)$/m,
    );
    assert.match(text, /^not checked {2}/m);
    for (const line of text.split('\n')) assert.ok(line.length <= 100 || line.includes('tcp.'), line);
  });

  it('folds what followed below its cause', () => {
    assert.match(diagnosisText(cases[1]![1]), /^S08 [\s\S]*^ {2}then\n {4}S14 {2}connection refused/m);
  });

  it('says so when nothing is wrong', () => {
    const text = diagnosisText(cases[2]![1]);
    assert.match(text, /nothing wrong/);
    assert.match(text, /^normal {7}1 whole response$/m);
  });

  it('counts one in the singular', () => {
    const told = (count: number) =>
      diagnosisText({
        ...cases[4]![1],
        normal: [
          { what: 'idle connections closed', count },
          { what: 'left by the client', count },
        ],
        unknown: [{ what: 'ends for which no rule has an explanation', count }],
      });
    assert.match(told(1), /1 end is not known/);
    assert.match(
      told(1),
      /1 idle connection closed\n +1 left by the client\nnot known +1 end for which no rule/,
    );
    assert.match(told(2), /2 ends are not known/);
    assert.match(
      told(2),
      /2 idle connections closed\n +2 left by the client\nnot known +2 ends for which no rule/,
    );
  });

  it('lets no control character through', () => {
    for (const [, diagnosis] of cases) assert.ok(!/[^\P{Cc}\n]/u.test(diagnosisText(diagnosis)));
  });
});

describe('a diagnosis as Markdown', () => {
  it('has foreign text only in code spans', () => {
    const text = diagnosisMarkdown(cases[3]![1]);
    assert.ok(!/^[^`]*<script/m.test(text));
    assert.match(text, /^## S03 proxy idle timeout, 60 s: sure$/m);
  });
});

describe('a diagnosis as a page', () => {
  it('has no script, loads nothing, and keeps foreign text text', () => {
    for (const [name, diagnosis] of cases) {
      const page = diagnosisHtml(diagnosis, '0.1.0');
      assert.ok(!/<script|<link|<img|\sstyle=|\son\w+=|https?:|url\(/i.test(page), name);
      assert.deepEqual(undefinedColours(page), [], name);
      assert.match(page, /default-src &#39;none&#39;/);
    }
  });

  it('draws a ladder for the finding and a line for each stream', () => {
    const page = diagnosisHtml(cases[0]![1], '0.1.0');
    assert.equal(page.match(/<figure class="ladder">/g)!.length, 3);
    assert.equal(page.match(/<g class="bad"><title>/g)!.length, 3);
    assert.match(page, /60 s without a packet/);
  });
});

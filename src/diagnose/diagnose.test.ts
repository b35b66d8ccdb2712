// What holds for every diagnosis, whatever the evidence.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { evidenceOf, FlowScript } from '../../test/support/flow-script.ts';
import { causeIds } from './cause-page.ts';
import { timerRows } from './data/timers.ts';
import { diagnose, type Evidence, type Flow, type SegmentMark } from './index.ts';
import { rules } from './rules/index.ts';

const marks: readonly SegmentMark[] = [
  'syn',
  'fin',
  'rst',
  'zero-window',
  'zero-window-probe',
  'keep-alive',
  'keep-alive-ack',
  'retransmission',
  'unanswered',
  'out-of-order',
  'wrong-checksum',
];
const side = fc.constantFrom('client' as const, 'server' as const);

/** One step of a script: anything that a connection can show, in any order. */
const step: fc.Arbitrary<(script: FlowScript) => void> = fc.oneof(
  fc.integer({ min: 0, max: 400_000 }).map((ms) => (script: FlowScript) => void script.wait(ms)),
  fc.constant((script: FlowScript) => void script.connect()),
  fc.constant((script: FlowScript) => void script.syn()),
  fc.constant((script: FlowScript) => void script.request().respond()),
  fc.constant((script: FlowScript) => void script.request('/x', {}, false)),
  fc.tuple(side, fc.integer({ min: 1, max: 70_000 }), fc.subarray([...marks], { maxLength: 2 })).map(
    ([from, bytes, some]) =>
      (script: FlowScript) =>
        void script.data(from, bytes, some),
  ),
  fc
    .tuple(
      side,
      fc.constantFrom('A', 'AR', 'R', 'AF', 'S', 'AS', ''),
      fc.subarray([...marks], { maxLength: 3 }),
    )
    .map(
      ([from, flags, some]) =>
        (script: FlowScript) =>
          void script.packet(from, flags, some, { window: some.includes('zero-window') ? 0 : 500 }),
    ),
  side.map((from) => (script: FlowScript) => void script.fin(from)),
  fc.constant((script: FlowScript) => void script.refuse()),
  fc.constant((script: FlowScript) => void script.icmpUnreachable()),
  fc.integer({ min: 0, max: 4000 }).map((id) => (script: FlowScript) => void script.goaway(id)),
  fc.constant((script: FlowScript) => void script.tls()),
);

const anyFlow = fc
  .tuple(
    fc.array(step, { maxLength: 14 }),
    fc.integer({ min: 0, max: 90_000 }),
    fc.boolean(),
    fc.integer({ min: 0, max: 2 }),
  )
  .map(([steps, atMs, isHttp2, server]) => {
    const script = new FlowScript({ atMs, server: `10.0.3.${server}` });
    for (const one of steps) one(script);
    if (isHttp2) script.http2();
    return script.flow();
  });
const anyFlows = fc.array(anyFlow, { minLength: 1, maxLength: 8 });

/** Streams that end well, with everything that is normal about them. */
const normalFlow = fc
  .tuple(
    fc.constantFrom('complete', 'left', 'open', 'probe'),
    fc.integer({ min: 0, max: 90_000 }),
    fc.array(fc.integer({ min: 100, max: 9000 }), { maxLength: 6 }),
  )
  .map(([kind, atMs, waits]) => {
    const agent = kind === 'probe' ? { 'user-agent': 'kube-probe/1.34' } : {};
    const script = new FlowScript({ atMs, server: '10.9.9.9' }).connect().request('/events', agent).respond();
    for (const ms of waits) script.wait(ms).event();
    if (kind === 'complete' || kind === 'probe') script.complete().fin('server').fin('client');
    if (kind === 'left') script.wait(37 * waits.length).fin('client');
    return script.flow();
  });

const summary = (evidence: Evidence) => {
  const { findings, normal, unknown } = diagnose(evidence);
  return {
    findings: findings.map(({ id, sureness, streamCount, title }) => ({ id, sureness, streamCount, title })),
    normal,
    unknown,
  };
};

describe('diagnose', () => {
  it('never throws, and gives a value that JSON carries', () => {
    fc.assert(
      fc.property(anyFlows, fc.integer({ min: 0, max: 60_000 }), (flows, tailMs) => {
        const diagnosis = diagnose(evidenceOf(flows, {}, tailMs));
        assert.deepEqual(JSON.parse(JSON.stringify(diagnosis)), diagnosis);
      }),
      { numRuns: 300 },
    );
  });

  it('says the same in whatever order flows are given', () => {
    fc.assert(
      fc.property(anyFlows, (flows) => {
        assert.deepEqual(summary(evidenceOf([...flows].reverse())), summary(evidenceOf(flows)));
      }),
      { numRuns: 200 },
    );
  });

  it('accuses nobody when all streams are normal', () => {
    fc.assert(
      fc.property(fc.array(normalFlow, { minLength: 1, maxLength: 2 }), (flows) => {
        assert.deepEqual(diagnose(evidenceOf(flows)).findings, []);
      }),
      { numRuns: 200 },
    );
  });

  it('finds no more when normal streams of another server are added', () => {
    fc.assert(
      fc.property(anyFlows, fc.array(normalFlow, { minLength: 1, maxLength: 2 }), (flows, others) => {
        const ofServer = (all: readonly Flow[]) =>
          diagnose(evidenceOf(all))
            .findings.filter(({ summary: text }) => text.includes('10.9.9.9'))
            .map(({ id }) => id);
        assert.deepEqual(ofServer([...flows, ...others]), []);
      }),
      { numRuns: 200 },
    );
  });

  it('counts every stream once: found, normal or not known', () => {
    fc.assert(
      fc.property(anyFlows, (flows) => {
        const { findings, normal, unknown, streams } = diagnose(evidenceOf(flows));
        const found = findings
          .flatMap((finding) => [finding, ...finding.consequences])
          .reduce((sum, { streamCount }) => sum + streamCount, 0);
        const earlier = flows.reduce((sum, { exchanges }) => {
          const isHttp2 = exchanges.some(({ protocol }) => protocol === 'http/2');
          return sum + (isHttp2 ? 0 : exchanges.slice(0, -1).filter(({ complete }) => complete).length);
        }, 0);
        const rest = [...normal, ...unknown].reduce((sum, { count }) => sum + count, 0);
        assert.equal(found + rest, streams.length + earlier);
      }),
      { numRuns: 200 },
    );
  });

  it('says what it was not given', () => {
    const { notChecked } = diagnose({ sources: [], flows: [], logs: [], counters: [] });
    assert.ok(notChecked.some((line) => line.startsWith('no capture was given')));
  });
});

describe('the rules', () => {
  it('are C0, C1 and S01 to S34, each once', () => {
    const wanted = [
      'C0',
      'C1',
      ...Array.from({ length: 34 }, (_, i) => `S${String(i + 1).padStart(2, '0')}`),
    ];
    assert.deepEqual([...causeIds].sort(), wanted);
    for (const { apartFrom, needs, page } of rules) {
      assert.ok(apartFrom.every((id) => causeIds.includes(id)));
      assert.ok(needs.length > 0 && page.help.length > 0 && page.sources.length > 0);
    }
  });

  it('give none of the advice that is often repeated and wrong', () => {
    const advice = [...rules.flatMap(({ page }) => page.help), ...timerRows.map(({ help }) => help)];
    const wrong: readonly RegExp[] = [
      /tcp_tw_reuse|tcp_tw_recycle/,
      // It is about FIN_WAIT_2 and shortens no TIME_WAIT.
      /tcp_fin_timeout(?! is about FIN_WAIT_2)/,
      /(?<!never )set linger|enable SO_LINGER/i,
      /topologyKeys|AbortRequest|probe-timeout-seconds/,
      /server push|connection: keep-alive header/i,
      /readiness.*stream|liveness.*stream/i,
      /context\.WithTimeout|ReadTimeout/,
      /retry after a reset|raise the number of probes/i,
    ];
    for (const text of advice) for (const pattern of wrong) assert.doesNotMatch(text, pattern);
  });
});

// Rules about timers: S03, S04, S05, S29, S32, S34, S02.
// One file, since each of them is also tested for leaving to its neighbours what is theirs.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evidenceOf, FlowScript } from '../../../test/support/flow-script.ts';
import { type Diagnosis, diagnose, type Finding } from '../index.ts';

const ids = (findings: readonly Finding[]) => findings.map(({ id, sureness }) => `${id} ${sureness}`);
const findingsOf = (flows: readonly FlowScript[], tailMs = 0) =>
  diagnose(evidenceOf(flows, {}, tailMs)).findings;

/** Streams that begin 7 s apart, get so many events at their own rhythm, and are then silent until the server closes. */
function idleClosed(events: readonly number[], silentMs: number, headers = {}, everyMs = 900): FlowScript[] {
  return events.map((count, i) =>
    new FlowScript({ atMs: i * 7000 })
      .connect()
      .request()
      .wait(5)
      .respond(headers)
      .events(count, everyMs + 310 * i)
      .wait(silentMs + i)
      .fin('server'),
  );
}

describe('S03, proxy idle timeout', () => {
  it('is sure when gaps are one value, ages differ, and bodies are cut', () => {
    const findings = findingsOf(idleClosed([3, 9, 21, 40], 60_000));
    assert.deepEqual(ids(findings), ['S03 sure']);
    const [finding] = findings;
    assert.equal(finding!.title, 'proxy idle timeout, 60 s');
    assert.equal(finding!.streamCount, 4);
    assert.match(
      finding!.why[0]!.text,
      /^gap before the end 60\.00 s on 4 streams; ages .* so not a total limit$/,
    );
    assert.match(finding!.why.at(-1)!.text, /FIN from 10\.0\.3\.7 without the last chunk/);
    assert.match(finding!.why.at(-1)!.filter!, /^tcp\.stream in \{.*\} && \(tcp\.flags\.fin == 1/);
    assert.deepEqual(
      finding!.not.map(({ id }) => id),
      ['S01', 'S02', 'S04', 'S08'],
    );
  });

  it('counts those that a lazy timer ended early, where events were close together', () => {
    const ends = [...idleClosed([3, 9], 3700), ...idleClosed([6], 3430, {}, 240), ...idleClosed([9], 3430)];
    const [finding] = findingsOf(ends);
    const early = [
      ...idleClosed([3], 3700, {}, 240),
      ...idleClosed([6], 3430, {}, 230),
      ...idleClosed([9], 3430, {}, 250),
    ];
    assert.equal(findingsOf(early)[0]!.streamCount, 3);
    // Where events were a second apart, 3.43 s is no timer of 3.7 s.
    assert.deepEqual([finding!.id, finding!.streamCount], ['S03', 3]);
  });

  it('names packets in their order, and a heartbeat in tenths of a second', () => {
    // Packets are numbered as the streams are written here, and told of as the streams began: backwards.
    const [later, earlier] = [7000, 0].map((atMs) =>
      new FlowScript({ atMs })
        .connect()
        .request()
        .wait(5)
        .respond({})
        .events(3, 900 + atMs / 7)
        .wait(2300)
        .fin('server'),
    );
    const [finding] = findingsOf([earlier!, later!, ...idleClosed([21], 2300)]);
    const numbers = finding!.why.at(-1)!.places.map(({ number }) => number);
    assert.equal(numbers.length, 3);
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
    );
    assert.match(finding!.help.at(-1)!, /every 0\.7 s$/);
  });

  it('asks for a second capture only where none was given', () => {
    const evidence = evidenceOf(idleClosed([3, 9, 21], 60_000));
    const asks = ({ findings }: Diagnosis) => /a capture on the server side/.test(findings[0]!.more.join());
    assert.ok(asks(diagnose(evidence)));
    const behind = { ...evidence.sources[0]!, name: 'server.pcap' };
    assert.ok(!asks(diagnose({ ...evidence, sources: [...evidence.sources, behind] })));
  });

  it('names the setting only when the hop was recognised, else asks', () => {
    const [known] = findingsOf(idleClosed([3, 9, 21], 60_000, { server: 'nginx/1.29.0' }));
    assert.ok(known!.help.some((help) => help.includes('proxy_read_timeout')));
    const [unknown] = findingsOf(idleClosed([3, 9, 21], 60_000));
    assert.ok(!unknown!.help.some((help) => help.includes('proxy_read_timeout')));
    assert.ok(unknown!.more.some((more) => more.startsWith('which software runs at 10.0.3.7?')));
  });

  it('is at most possible for a single stream with a round gap', () => {
    assert.deepEqual(ids(findingsOf(idleClosed([5], 60_000))), ['S03 possible']);
  });

  it('is not claimed for one odd gap, nor for a stream that lived through a longer one', () => {
    assert.deepEqual(ids(findingsOf(idleClosed([5], 43_370))), ['S22 sure']);
    const survived = [1, 2, 3].map((i) =>
      new FlowScript({ atMs: i * 9000 })
        .connect()
        .request()
        .respond()
        .wait(20_000)
        .event()
        .wait(300 * i)
        .event()
        .wait(7100)
        .fin('server'),
    );
    assert.ok(!ids(findingsOf(survived)).some((id) => id.startsWith('S03')));
  });

  it('leaves streams that were cut otherwise to a finding of their own', () => {
    const other = new FlowScript({ atMs: 900 })
      .connect()
      .request()
      .respond()
      .events(6, 700)
      .wait(2370)
      .fin('server');
    assert.deepEqual(ids(findingsOf([...idleClosed([3, 9, 21, 40], 60_000), other])), [
      'S03 sure',
      'S22 sure',
    ]);
  });

  it('recognises a timer that is looked at in rounds', () => {
    const swept = [0.3, 1.1, 2.4, 3.7, 5.2, 6.6, 8.1].map((startS, i) => {
      const script = new FlowScript({ atMs: startS * 1000 })
        .connect()
        .request()
        .respond()
        .events(i + 1, 700);
      const lastMs = script.nowMs;
      // Ticks of 2 s; what has been silent for 10 s or more is closed.
      const tick = Math.ceil((lastMs + 10_000) / 2000) * 2000;
      return script.wait(tick - lastMs).fin('server');
    });
    const [finding] = findingsOf(swept);
    assert.equal(finding!.id, 'S03');
    assert.equal(finding!.sureness, 'likely');
    assert.match(finding!.title, /looked at every 2 s/);
  });

  it('sees a proxy from behind, where it is the client', () => {
    const behind = [2, 6, 11].map((count, i) =>
      new FlowScript({ atMs: i * 5000, client: '10.0.0.9' })
        .connect()
        .request('/events', { 'x-forwarded-for': '192.0.2.1' })
        .respond()
        .events(count, 800)
        .wait(30_000)
        .fin('client'),
    );
    assert.deepEqual(ids(findingsOf(behind)), ['S03 likely']);
  });
});

describe('S04, total timeout', () => {
  const cutAt = (ageMs: number, rhythms: readonly number[]) =>
    rhythms.map((everyMs, i) => {
      const script = new FlowScript({ atMs: i * 1700 }).connect().request();
      const begun = script.nowMs;
      script.respond().events(Math.floor((ageMs - 100) / everyMs), everyMs);
      return script.wait(ageMs - (script.nowMs - begun)).fin('server');
    });

  it('is sure when ages are one value while data flows at different rhythms', () => {
    const [finding] = findingsOf(cutAt(15_000, [700, 1100, 1900, 2300]));
    assert.equal(`${finding!.id} ${finding!.sureness}`, 'S04 sure');
    assert.equal(finding!.title, 'total timeout, 15 s');
    assert.ok(finding!.help.some((help) => help.startsWith('no heartbeat helps')));
  });

  it('is not claimed when ages differ', () => {
    const flows = [15_000, 19_300, 26_900].flatMap((ageMs) => cutAt(ageMs + 370, [1100]));
    assert.deepEqual(ids(findingsOf(flows)), ['S22 sure']);
  });

  it('stays possible while another stream of the route outlives it', () => {
    const older = new FlowScript().connect().request().respond().events(60, 1000);
    const [finding] = findingsOf([...cutAt(15_000, [700, 1100, 1900]), older]);
    assert.equal(`${finding!.id} ${finding!.sureness}`, 'S04 possible');
    assert.ok(finding!.why.some(({ text }) => text.startsWith('against it: 1 stream')));
  });
});

describe('S05, Envoy stream idle timeout', () => {
  const reset = (afterMs: number, headers = {}) =>
    [3, 8, 13].map((count, i) =>
      new FlowScript({ atMs: i * 4000 })
        .connect()
        .request()
        .respond(headers)
        .events(count, 700 + 200 * i)
        .wait(afterMs)
        .http2()
        .resetStream(0, 0),
    );

  it('is claimed when Envoy says who it is, or after its own 5 minutes', () => {
    assert.deepEqual(ids(findingsOf(reset(120_000, { server: 'envoy' }))), ['S05 sure']);
    assert.deepEqual(ids(findingsOf(reset(300_000))), ['S05 sure']);
  });

  it('is S03 for another value and no sign of Envoy', () => {
    assert.deepEqual(ids(findingsOf(reset(45_000))), ['S03 sure']);
  });

  it('is an RST_STREAM by its code when nothing repeats', () => {
    const one = new FlowScript()
      .connect()
      .request()
      .respond()
      .events(4, 600)
      .wait(3370)
      .http2()
      .resetStream(0, 2);
    assert.deepEqual(ids(findingsOf([one])), ['S24 likely']);
  });
});

describe("S32, the client's own timer", () => {
  const leave = (gaps: readonly number[]) =>
    gaps.map((gapMs, i) =>
      new FlowScript({ atMs: i * 3000 })
        .connect()
        .request()
        .respond()
        .events(i + 2, 400 + 90 * i)
        .wait(gapMs)
        .fin('client'),
    );

  it('is claimed when the client leaves after one time, again and again', () => {
    assert.deepEqual(ids(findingsOf(leave([20_000, 20_010, 20_004, 20_001]))), ['S32 likely']);
  });

  it('is not claimed for people who leave when they want, nor for two', () => {
    const left = diagnose(evidenceOf(leave([3100, 20_000, 47_000, 8200])));
    assert.deepEqual(left.findings, []);
    assert.deepEqual(left.normal, [{ what: 'left by the client', count: 4 }]);
    assert.deepEqual(findingsOf(leave([20_000, 20_003])), []);
  });
});

describe('S34, timer before the response head', () => {
  const unanswered = (waitMs: number, i = 0) =>
    new FlowScript({ atMs: i * 2500 }).connect().request('/slow').wait(waitMs);

  it('is sure for a status that comes after one time', () => {
    const flows = [0, 1, 2].map((i) =>
      unanswered(15_000 + i, i)
        .respond({}, 504, 'content-length')
        .complete()
        .fin('server'),
    );
    assert.deepEqual(ids(findingsOf(flows)), ['S34 sure']);
  });

  it('is possible for one close at a round time', () => {
    assert.deepEqual(ids(findingsOf([unanswered(30_000).fin('server')])), ['S34 possible']);
  });

  it('is not claimed for an error that came at once, nor for an odd time', () => {
    assert.deepEqual(
      findingsOf([unanswered(20).respond({}, 503, 'content-length').complete().fin('server')]),
      [],
    );
    assert.deepEqual(ids(findingsOf([unanswered(7370).fin('server')])), ['S22 sure']);
  });
});

describe('S29, CDN ends an idle stream cleanly', () => {
  const ended = (headers = {}) =>
    [2, 5, 9].map((count, i) =>
      new FlowScript({ atMs: i * 3000 })
        .connect()
        .request()
        .respond(headers)
        .events(count, 700)
        .wait(10_000)
        .complete()
        .fin('server'),
    );

  it('is claimed only when the CDN is recognised', () => {
    assert.deepEqual(ids(findingsOf(ended({ 'x-served-by': 'cache-fra-eddf8230' }))), ['S29 likely']);
    const plain = diagnose(evidenceOf(ended()));
    assert.deepEqual(plain.findings, []);
    assert.deepEqual(plain.normal, [{ what: 'whole responses', count: 3 }]);
  });
});

describe('S02, resets to both ends at idle expiry', () => {
  const expired = (idleMs: number, ttl = 64) =>
    [2, 5, 9].map((count, i) =>
      new FlowScript({ atMs: i * 6000 })
        .connect()
        .request()
        .respond()
        .events(count, 800)
        .wait(idleMs)
        .reset('server', { ttl }),
    );

  it('is sure when both ends are reset at one moment', () => {
    const both = expired(240_000).map((script) => script.reset('client'));
    assert.deepEqual(ids(findingsOf(both)), ['S02 sure']);
  });

  it('is likely for the value of a load balancer that does it, and sure when the TTL names another author', () => {
    assert.deepEqual(ids(findingsOf(expired(240_000))), ['S02 likely']);
    assert.deepEqual(ids(findingsOf(expired(33_000, 250))), ['S02 sure']);
  });

  it('is not claimed when a packet asks for the reset', () => {
    const asked = new FlowScript()
      .connect()
      .request()
      .respond()
      .events(3, 800)
      .wait(240_000)
      .data('client', 10, ['unanswered'])
      .resetAnswer('server');
    assert.deepEqual(ids(findingsOf([asked])), ['S01 likely']);
  });
});

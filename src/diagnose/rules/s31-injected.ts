// S31: a reset that the named side did not send. The strongest sign is that this side talks on as if nothing had happened.

import type { Segment } from '../evidence.ts';
import { ttlOf } from '../timeline/distance.ts';
import { wasSentByItsSide } from '../timeline/pair-flows.ts';
import { isReset, isSyn } from '../timeline/reset-form.ts';
import type { Scene } from '../timeline/scene.ts';
import type { Stream } from '../timeline/stream.ts';
import type { Claim, Point, Rule } from './rule.ts';
import { isAnswerAfterIdle } from './s01-idle-drop.ts';
import { addressOf, count, endPoint, refsOf, streamFilter } from './words.ts';

export const s31Injected: Rule = {
  id: 'S31',
  page: {
    title: 'reset injected from in between',
    what: 'Somebody between the two ends wrote a reset in the name of one of them: a firewall, an inspection box, a censor, a test tool. The side it names knows nothing of it.',
    wire: 'After the reset the named side goes on with data or acknowledgments. Often several resets with different sequence numbers, a TTL of another family, an IP ID that was used before.',
    elsewhere: 'TCPChallengeACK rises where a reset missed the exact number. No OutRsts on the named side.',
    apart:
      'A TTL of the same family alone proves nothing: resets without a socket do not take the TTL of the socket. S01 has a pause and a packet that asks for it.',
    help: [
      'Find the box: compare captures hop by hop until one holds no reset. Its policy log names the rule.',
    ],
    sources: [
      { text: 'RFC 5961: a reset counts only at the exact next number', verified: false },
      { text: 'Linux net/ipv4/tcp_ipv4.c: TTL of resets without a socket', verified: true },
    ],
  },
  needs: ['capture', 'two captures'],
  apartFrom: ['S01', 'S02', 'C1'],
  claims: (scene) => {
    const able = scene.streams.filter((stream) => signsOf(stream, scene) !== undefined);
    return [...Map.groupBy(able, ({ flow, end }) => `${flow.server.address} ${end.by}`).values()].map(
      (streams) => claim(streams, scene),
    );
  },
  excludes(streams, scene) {
    if (!streams.every(({ end }) => end.kind === 'rst')) return undefined;
    return streams.every((stream) => signsOf(stream, scene) === undefined)
      ? 'the side that the reset names sent nothing after it'
      : undefined;
  },
};

interface InjectionSigns {
  /** Packets of the named side after its reset that a host without the connection would not send. */
  readonly talksOn: readonly Segment[];
  readonly isProvenByPair: boolean;
  readonly echoes: readonly Segment[];
  readonly isElsewhere: boolean;
  readonly hasCopiedId: boolean;
}

function signsOf(stream: Stream, scene: Scene): InjectionSigns | undefined {
  const { flow, end, phase } = stream;
  const reset = flow.segments.find(
    (segment) => isReset(segment) && !segment.marks.includes('wrong-checksum'),
  );
  if (reset === undefined || phase === 'connect' || reset.atMs > end.atMs) return undefined;
  // The side that a forgotten connection names knows nothing of it either: that is S01.
  if (isAnswerAfterIdle(stream)) return undefined;
  const same = flow.segments.filter(({ from }) => from === reset.from);
  const after = same.slice(same.indexOf(reset) + 1);
  // What was under way when the reset overtook it carries numbers below it.
  const talksOn = after.filter(
    (segment) =>
      !isReset(segment) &&
      !isSyn(segment) &&
      !segment.marks.includes('retransmission') &&
      !segment.marks.includes('out-of-order') &&
      (segment.bytes > 0 || segment.flags.includes('F') || segment.atMs - reset.atMs > 500),
  );
  const echoes = after.filter((segment) => isReset(segment) && segment.seq !== reset.seq);
  const distance = ttlOf(flow, reset);
  const isOtherFamily = distance === 'other family';
  const hasCopiedId =
    reset.ipId !== undefined &&
    reset.ipId !== 0 &&
    same.some((segment) => segment !== reset && segment.ipId === reset.ipId);
  const isUnsent = wasSentByItsSide(scene.pairOf.get(flow.id), reset) === false;
  const isUntriggered = end.trigger === undefined;
  const isProvenByPair = isUnsent && isUntriggered;
  // No kernel writes text into its resets.
  const hasText = reset.bytes > 0;
  const isElsewhere = isOtherFamily || distance === 'other distance';
  const weak = [echoes.length > 0, isElsewhere, hasCopiedId, hasText].filter(Boolean).length;
  const isEnough = talksOn.length > 0 || isProvenByPair || weak >= 2;
  return isEnough ? { talksOn, isProvenByPair, echoes, isElsewhere, hasCopiedId } : undefined;
}

function claim(streams: readonly Stream[], scene: Scene): Claim {
  const signs = streams.map((stream) => signsOf(stream, scene)!);
  const first = streams[0]!;
  const by = addressOf(first, first.end.by!);
  const talksOn = signs.flatMap((sign) => sign.talksOn);
  const isSure = talksOn.length > 0 || signs.some(({ isProvenByPair }) => isProvenByPair);
  const points: Point[] = [endPoint(streams, `RST in the name of ${by}`)];
  if (talksOn.length > 0) {
    points.push({
      text: `${by} goes on after it: ${count(talksOn.length, 'packet')} that a host which had reset would not send`,
      refs: refsOf(talksOn),
      filter: streamFilter(streams),
    });
  }
  if (signs.some(({ isProvenByPair }) => isProvenByPair)) {
    points.push({ text: `the capture on the side of ${by} holds no such reset`, refs: [] });
  }
  const echoes = signs.flatMap((sign) => sign.echoes);
  if (echoes.length > 0) {
    points.push({
      text: `${count(echoes.length, 'more reset')} with other sequence numbers`,
      refs: refsOf(echoes),
    });
  }
  if (signs.some(({ isElsewhere }) => isElsewhere)) {
    points.push({
      text: `its TTL ${first.end.segment?.ttl} is not that of other packets of this side`,
      refs: [first.end.ref!],
    });
  }
  if (signs.some(({ hasCopiedId }) => hasCopiedId)) {
    points.push({ text: 'its IP ID was used by an earlier packet', refs: [first.end.ref!] });
  }
  return {
    level: 'cause',
    sureness: isSure ? 'sure' : 'likely',
    summary: `A reset in the name of ${by} ended ${count(streams.length, 'stream')}, but ${by} did not send it.`,
    streams,
    why: points,
    help: [
      'find the box between the two that writes resets: firewall, inspection, policy; its log names the rule',
    ],
    more: ['captures at each hop: the first one without the reset lies beyond its author'],
  };
}

// S27: TCP options of a SYN do not arrive on the other side of a hop. Said only with both sides at hand.

import type { Segment } from '../evidence.ts';
import type { Scene } from '../timeline/scene.ts';
import type { Claim, Rule } from './rule.ts';
import { handshakePackets } from './s16-window-scale.ts';
import { count, refsOf } from './words.ts';

const WINDOW_SCALE = 3;

export const s27OptionsStripped: Rule = {
  id: 'S27',
  page: {
    title: 'TCP options removed on the way',
    what: 'A middlebox removes TCP options that it does not know (experiments 253 and 254, MPTCP 30, 76), or drops packets that carry them. TCP works without most of them; what needs them falls back or fails.',
    wire: 'The same SYN has options on one side of the hop that are not there on the other.',
    apart:
      'S16: the option is window scale, and it hurts at once. Without both captures nothing can be said.',
    help: [
      'Let the box pass unknown options (RFC 9293 asks every host to ignore them), or do not send them on this path.',
    ],
    sources: [
      { text: 'RFC 6994: experimental options', verified: false },
      { text: 'RFC 8684 3.7: MPTCP fall-back', verified: false },
    ],
  },
  needs: ['two captures'],
  apartFrom: ['S16'],
  claims: (scene) => {
    const stripped = scene.pairs.flatMap((pair) =>
      handshakePackets(pair).flatMap(({ sent, arrived }) => {
        const kinds = lostKinds(sent, arrived);
        return kinds.length === 0 ? [] : [{ pair, sent, arrived, kinds }];
      }),
    );
    return stripped.length === 0 ? [] : [claim(stripped, scene)];
  },
};

const lostKinds = (sent: Segment, arrived: Segment) =>
  (sent.options?.kinds ?? []).filter(
    (kind) => kind !== WINDOW_SCALE && !(arrived.options?.kinds ?? []).includes(kind),
  );

interface Stripped {
  readonly pair: Scene['pairs'][number];
  readonly sent: Segment;
  readonly arrived: Segment;
  readonly kinds: readonly number[];
}

function claim(stripped: readonly Stripped[], scene: Scene): Claim {
  const flows = new Set(stripped.flatMap(({ pair }) => [pair.near, pair.far]));
  const kinds = [...new Set(stripped.flatMap((one) => one.kinds))].sort((a, b) => a - b);
  return {
    level: 'cause',
    sureness: 'sure',
    detail: `kind ${kinds.join(', ')}`,
    summary: `Between the two captures TCP options of kind ${kinds.join(', ')} were removed from ${count(stripped.length, 'handshake packet')}.`,
    streams: scene.streams.filter(({ flow }) => flows.has(flow)),
    why: [
      {
        text: `options that left (${stripped[0]!.sent.options!.kinds.join(', ')}) and arrived (${stripped[0]!.arrived.options?.kinds.join(', ') ?? 'none'})`,
        refs: refsOf(stripped.flatMap(({ sent, arrived }) => [sent, arrived])),
        filter: 'tcp.flags.syn == 1',
      },
    ],
    help: ['let the hop between the two captures pass unknown TCP options'],
    more: [],
  };
}

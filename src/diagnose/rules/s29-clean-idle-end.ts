// S29: a CDN takes silence for the end of the body and ends it regularly. Only where the CDN is recognised: a regular end is nobody's fault.

import { timerRows } from '../data/timers.ts';
import { densest } from '../timeline/cluster.ts';
import { type Stream, serverKey } from '../timeline/stream.ts';
import type { Claim, Rule } from './rule.ts';
import { heartbeatHelp, momentsOf, settingOf } from './timer-claim.ts';
import { count, of, rangeText, timeText } from './words.ts';

const hops = new Set(timerRows.filter(({ ends }) => ends === 'clean').map(({ hop }) => hop));
const MIN_GAP_MS = 1000;

export const s29CleanIdleEnd: Rule = {
  id: 'S29',
  page: {
    title: 'CDN ends an idle stream cleanly',
    what: 'Some CDNs (Fastly with `between_bytes_timeout`) take a pause of the origin for its end: the client gets a regular end, no error, and reconnects seconds later.',
    wire: 'A proper last chunk or END_STREAM, always the same time after the last event, on an event stream that the server did not end.',
    elsewhere: 'The server sees its connection closed by the CDN and never called end().',
    apart: 'A server that ends its streams does the same on the wire: compare with what the server recorded.',
    help: [
      'Send a heartbeat more often than the CDN waits (Fastly: 10 s), or raise `between_bytes_timeout`.',
    ],
    sources: [{ text: 'Fastly backend reference: between_bytes_timeout', verified: false }],
  },
  needs: ['capture'],
  apartFrom: ['S03'],
  claims: ({ streams }) => {
    const ended = streams.filter(endedCleanly);
    return [...Map.groupBy(ended, serverKey).values()].flatMap(claim);
  },
};

function endedCleanly({ isEventStream, exchange, serverHop }: Stream): boolean {
  return (
    isEventStream && exchange?.complete !== undefined && serverHop !== undefined && hops.has(serverHop.id)
  );
}

/** From the last byte of the body to its regular end. */
function pauseMs({ exchange }: Stream): number {
  const last = exchange!.bursts.findLast(({ bytes }) => bytes > 0);
  return exchange!.complete!.atMs - (last?.untilMs ?? exchange!.response!.atMs);
}

function claim(all: readonly Stream[]): Claim[] {
  const members = densest(
    all.filter((stream) => pauseMs(stream) >= MIN_GAP_MS),
    pauseMs,
  );
  const moments = momentsOf(members);
  if (members.length === 0 || moments < 2) return [];
  const valueMs = pauseMs(members[0]!);
  const setting = settingOf(members, 'server', valueMs, 'idle');
  const name = members[0]!.serverHop!.name;
  return [
    {
      level: 'cause',
      sureness: moments >= 3 && setting.isDefault ? 'likely' : 'possible',
      detail: timeText(valueMs),
      summary: `${name} ended ${of(members.length, all.length)} event streams cleanly ${timeText(valueMs)} after the last byte.`,
      streams: members,
      why: [
        {
          text: `pause before a regular end ${rangeText(members.map(pauseMs))} on ${count(members.length, 'stream')}`,
          refs: members.map(({ exchange }) => exchange!.complete!.ref),
        },
      ],
      help: [...setting.help, heartbeatHelp(valueMs)],
      more: [
        "the server's own record would tell whether it ended them: a capture or a log from behind the CDN",
      ],
    },
  ];
}

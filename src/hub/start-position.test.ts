import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseStart, type Start, type StartRequest } from './start-position.ts';

const LOG = { epoch: 'epochabc', oldest: 10, head: 20 };
const EMPTY = { epoch: 'epochabc', oldest: 1, head: 0 };
const EXPIRED = { epoch: 'epochabc', oldest: 21, head: 20 };

const header = (lastEventIdHeader: string) => ({ lastEventIdHeader });
const query = (lastEventIdQuery: string) => ({ lastEventIdQuery });
const earliest = { fromEarliest: true };

const live = (position: number): Start => ({ position, isResume: false, gap: undefined });
const resumed = (position: number): Start => ({ position, isResume: true, gap: undefined });
const gap = (reason: 'trimmed' | 'epoch' | 'unknown', from: string, position: number): Start => ({
  position,
  isResume: true,
  gap: { reason, from },
});

const table: [string, Partial<StartRequest>, typeof LOG, Start][] = [
  ['a client that says nothing starts at the head', {}, LOG, live(20)],
  ['a client that says nothing starts an empty log at 0', {}, EMPTY, live(0)],
  ['empty ids say nothing', { ...header(''), ...query('') }, LOG, live(20)],
  ['from=earliest starts before the oldest', earliest, LOG, live(9)],
  ['from=earliest in an empty log starts at 0', earliest, EMPTY, live(0)],
  ['from=earliest when all has expired starts at the head', earliest, EXPIRED, live(20)],
  ['the header resumes', header('epochabc-15'), LOG, resumed(15)],
  ['the parameter resumes', query('epochabc-15'), LOG, resumed(15)],
  [
    'the header wins over the parameter',
    { ...header('epochabc-12'), ...query('epochabc-15') },
    LOG,
    resumed(12),
  ],
  [
    'an empty header leaves it to the parameter',
    { ...header(''), ...query('epochabc-15') },
    LOG,
    resumed(15),
  ],
  ['an id wins over from=earliest', { ...query('epochabc-15'), ...earliest }, LOG, resumed(15)],
  ['the head can be resumed', header('epochabc-20'), LOG, resumed(20)],
  ['the position before the oldest can be resumed', header('epochabc-9'), LOG, resumed(9)],
  ['the cursor of an empty log can be resumed', header('epochabc-0'), EMPTY, resumed(0)],
  ['the head can be resumed when all has expired', header('epochabc-20'), EXPIRED, resumed(20)],
  ['what was trimmed is a gap', header('epochabc-8'), LOG, gap('trimmed', 'epochabc-8', 9)],
  ['position 0 is trimmed too', header('epochabc-0'), LOG, gap('trimmed', 'epochabc-0', 9)],
  [
    'what has expired is a gap up to the head',
    header('epochabc-19'),
    EXPIRED,
    gap('trimmed', 'epochabc-19', 20),
  ],
  ['another epoch goes on from the oldest', header('otherone-15'), LOG, gap('epoch', 'otherone-15', 9)],
  ['another epoch in an empty log', header('otherone-15'), EMPTY, gap('epoch', 'otherone-15', 0)],
  ['the future goes on from the head', header('epochabc-21'), LOG, gap('unknown', 'epochabc-21', 20)],
  ['garbage goes on from the head and is not sent back', header('<script>'), LOG, gap('unknown', '', 20)],
  ['a bad header is not rescued', { ...header('x'), ...query('epochabc-15') }, LOG, gap('unknown', '', 20)],
];

for (const [title, request, log, expected] of table) {
  test(title, () => {
    const nothing = { lastEventIdHeader: undefined, lastEventIdQuery: undefined, fromEarliest: false };
    assert.deepEqual(chooseStart({ ...nothing, ...request }, log), expected);
  });
}

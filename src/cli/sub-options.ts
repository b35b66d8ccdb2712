// The options of `holdfast sub`.

import { integer, type OptionTable } from '../base/options.ts';
import type { OptionRow } from './option-rows.ts';

export const subOptions = [
  {
    flag: '--url',
    kind: 'text',
    option: 'url',
    placeholder: 'url',
    default: 'http://127.0.0.1:8080',
    description: 'where the hub is',
  },
  {
    flag: '--from',
    kind: 'text',
    option: 'from',
    placeholder: 'where',
    choices: ['earliest'],
    description: 'earliest: begin with everything that is kept; left out, with what comes from now on',
  },
  {
    flag: '--last-event-id',
    kind: 'text',
    option: 'lastEventId',
    placeholder: 'id',
    description: 'go on after this event',
  },
  {
    flag: '--until',
    kind: 'count',
    option: 'until',
    optional: true,
    description: 'stop after so many events',
  },
  {
    flag: '--format',
    kind: 'text',
    option: 'format',
    placeholder: 'format',
    default: 'auto',
    choices: ['auto', 'pretty', 'ndjson', 'data'],
    description:
      'pretty for people, ndjson for programs, data alone; auto: pretty on a terminal, else ndjson',
  },
  {
    flag: '--json',
    kind: 'flag',
    option: 'json',
    description: 'in ndjson, data that is JSON text becomes that value',
  },
  {
    flag: '--header',
    kind: 'list',
    option: 'headers',
    placeholder: 'name: value',
    expected: 'a header such as "Authorization: Bearer TOKEN"',
    description: 'header for the hub, such as its credentials; repeatable',
  },
  {
    flag: '--wait',
    kind: 'flag',
    option: 'wait',
    description: 'wait for a hub that does not answer yet; without it that is exit code 3',
  },
] as const satisfies readonly OptionRow[];

export const subRules = { until: integer(1) } as const satisfies OptionTable;

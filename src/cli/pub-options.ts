// The options of `holdfast pub`.

import type { OptionRow } from './option-rows.ts';

export const pubOptions = [
  {
    flag: '--url',
    kind: 'text',
    option: 'url',
    placeholder: 'url',
    default: 'http://127.0.0.1:8080',
    description: 'where the hub is',
  },
  {
    flag: '--type',
    kind: 'text',
    option: 'type',
    placeholder: 'type',
    description: 'type of the event, which a browser dispatches it as',
  },
  {
    flag: '--key',
    kind: 'text',
    option: 'key',
    placeholder: 'key',
    description: 'publishing again with the same key and content answers the first id and adds nothing',
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
    flag: '--json',
    kind: 'flag',
    option: 'json',
    description: 'the data is JSON text, and is sent as that value',
  },
  {
    flag: '--lines',
    kind: 'flag',
    option: 'lines',
    description: 'publish every line of standard input as an event, in order',
  },
  {
    flag: '--follow',
    kind: 'text',
    option: 'follow',
    placeholder: 'file',
    description: 'publish every line of this file, and on and on those that are appended',
  },
  {
    flag: '--state',
    kind: 'text',
    option: 'state',
    placeholder: 'file',
    description: 'with --follow: keep here how far it is, and go on there',
  },
  {
    flag: '--from',
    kind: 'text',
    option: 'from',
    placeholder: 'where',
    default: 'start',
    choices: ['start', 'end'],
    description: 'with --follow: begin at the start of the file or at its end, unless --state knows better',
  },
] as const satisfies readonly OptionRow[];

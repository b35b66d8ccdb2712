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
] as const satisfies readonly OptionRow[];

// The options of `holdfast prove`.

import type { OptionRow } from './option-rows.ts';

export const proveOptions = [
  {
    flag: '--all',
    kind: 'flag',
    option: 'all',
    description: 'run every built-in scenario that can be run here',
  },
  { flag: '--list', kind: 'flag', option: 'list', description: 'list the built-in scenarios' },
  {
    flag: '--show',
    kind: 'flag',
    option: 'show',
    description: 'print the scenario, to be changed and run as a file',
  },
  {
    flag: '--streams',
    kind: 'text',
    option: 'streams',
    placeholder: 'n',
    description: 'streams, instead of those of the scenario',
  },
  {
    flag: '--duration',
    kind: 'text',
    option: 'duration',
    placeholder: 'duration',
    description:
      'how long, instead of as long as the scenario says; what comes later on its timeline is left out',
  },
  {
    flag: '--rate',
    kind: 'text',
    option: 'rate',
    placeholder: 'schedule',
    description: 'events in all, instead of those of the scenario, such as 100/s',
  },
  {
    flag: '--seed',
    kind: 'text',
    option: 'seed',
    placeholder: 'n',
    description: 'seed of random faults, instead of that of the scenario',
  },
  {
    flag: '--target',
    kind: 'text',
    option: 'target',
    placeholder: 'url',
    description: 'test this server instead of a hub: the stream, with {topic} for its topic',
  },
  {
    flag: '--publish',
    kind: 'text',
    option: 'publish',
    placeholder: 'url',
    description: 'where to publish to it, in the form of a Holdfast hub',
  },
  {
    flag: '--publish-template',
    kind: 'text',
    option: 'publishTemplate',
    placeholder: 'json',
    description: 'or in the form of another server, as `holdfast load` takes it',
  },
  {
    flag: '--topic-name',
    kind: 'text',
    option: 'topicName',
    placeholder: 'name',
    description: 'what topics are called there, such as prove{n}',
  },
  {
    flag: '--pid',
    kind: 'text',
    option: 'pid',
    placeholder: 'pid',
    description: 'its process, for faults of processes; its children are its workers',
  },
  {
    flag: '--output',
    kind: 'text',
    option: 'output',
    placeholder: 'file',
    description: 'write the result here, as NDJSON for `holdfast report`',
  },
  {
    flag: '--report',
    kind: 'text',
    option: 'report',
    placeholder: 'file',
    description: 'write a report here, as HTML',
  },
] as const satisfies readonly OptionRow[];

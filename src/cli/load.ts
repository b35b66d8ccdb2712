// `holdfast load URL`: opens many streams, keeps them, publishes on schedule, and says what each of them got.

import type { Command } from '@commander-js/extra-typings';
import { readLoadArguments } from './load-arguments.ts';
import { loadOptions, loadRules } from './load-options.ts';
import { addOptions } from './option-rows.ts';
import { runAndReport } from './run-load.ts';

const SAMPLE_MS = 1000;

const examples = `
Examples:
  holdfast load 'http://127.0.0.1:8080/stream?topic=load/0' --streams 1000 --publish http://127.0.0.1:8080/publish --rate 100/s
  holdfast load 'http://127.0.0.1:8080/stream?topic={topic}' --topics 500 --streams 5000 --publish http://127.0.0.1:8080/publish
  holdfast load http://127.0.0.1:9000/events --streams 200 --output run.ndjson

Any server of text/event-stream will do. What was lost, repeated or out of order is known when the tool publishes,
since its payloads carry a sequence. Exit code 1 when an objective of --slo is not met or not proven.
`;

export function defineLoad(program: Command): void {
  const command = program
    .command('load')
    .description('load a server with streams, and find out what each of them got')
    .argument('<url>', 'the stream; {topic} in it stands for the topic of each stream');
  addOptions(command, loadOptions, loadRules)
    .addHelpText('after', examples)
    .action((url, flags) => {
      const options = readLoadArguments(url, flags);
      const version = program.version() ?? '';
      return runAndReport({ ...options, tool: 'load', version, sampleMs: SAMPLE_MS }, flags.output);
    });
}

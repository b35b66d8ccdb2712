// `holdfast pub`: publishes one event, every line of standard input, or every line that a file grows by.

import { fstatSync } from 'node:fs';
import type { Command } from '@commander-js/extra-typings';
import { HoldfastError } from '../base/errors.ts';
import { encodeLine } from './encode-line.ts';
import { readHeader } from './header-argument.ts';
import { parseHubUrl } from './hub-url.ts';
import { addOptions, type RowValues } from './option-rows.ts';
import { pubFile } from './pub-file.ts';
import { pubOptions } from './pub-options.ts';
import { publishLines } from './publish-lines.ts';
import { type HeaderList, postEvents } from './publish-request.ts';
import { usageError } from './usage-failure.ts';

type PubOptions = RowValues<typeof pubOptions>;

const examples = `
Examples:
  holdfast pub greetings 'hello, world'
  holdfast pub orders/42 '{"state":"paid"}' --json --type changed
  grep -v DEBUG app.log | holdfast pub logs/app --lines
  holdfast pub logs/app --follow /var/log/app.log --state app.state

--follow goes on through rotation and truncation of the file, and restarts of
the hub: every line at least once, and not twice while the hub remembers its key
(10 minutes). With --state it goes on where it was when it is started again. A
line that cannot be published is left out and told; the exit code is 1 then.

Data that begins with a dash follows \`--\`: holdfast pub temperature -- -5
`;

export function definePub(program: Command): void {
  const command = program
    .command('pub')
    .description('publish an event, the lines of standard input, or a file as it grows')
    .argument('<topic>', 'where to publish, such as orders/42')
    .argument('[data]', 'what to publish; left out with --lines and --follow');
  addOptions(command, pubOptions)
    .addHelpText('after', examples)
    .action((topic, data, options) => {
      const url = parseHubUrl(options.url);
      const { lines, follow } = options;
      const given = [data, lines, follow].filter((source) => source !== undefined).length;
      if (given !== 1) {
        throw usageError(
          given === 0 ? 'No data is given' : 'Data is given in more than one way',
          'Write `holdfast pub TOPIC DATA`, `holdfast pub TOPIC --lines < FILE` or `holdfast pub TOPIC --follow FILE`',
        );
      }
      if (follow === undefined && options.state !== undefined) {
        throw usageError('--state is for --follow', 'Leave it out, or give --follow FILE');
      }
      if (data !== undefined) return pubOne(url, topic, data, options);
      if (options.key !== undefined) {
        throw usageError('One --key cannot be the key of many lines', 'Leave out --key, --lines or --follow');
      }
      if (follow === undefined) return pubLines(url, topic, options);
      return pubFile(follow, { ...options, url, topic, headers: readHeaders(options) });
    });
}

async function pubOne(url: URL, topic: string, data: string, options: PubOptions): Promise<void> {
  const event = { topic, data: options.json ? parseData(data) : data, type: options.type, key: options.key };
  const answer = await postEvents(url, 'application/json', JSON.stringify(event), readHeaders(options));
  if ('refusal' in answer) {
    throw new HoldfastError('ERR_REFUSED', answer.refusal.detail, answer.refusal.help);
  }
  const [id] = answer.ids;
  if (id === undefined) {
    throw new HoldfastError(
      'ERR_REFUSED',
      `${url.href} answered without an id`,
      'Check that --url names a Holdfast hub',
    );
  }
  process.stdout.write(`${id}\n`);
}

async function pubLines(url: URL, topic: string, options: PubOptions): Promise<void> {
  // Node.js reads a directory as an input that is empty, and would report 0 events as a success.
  if (fstatSync(0).isDirectory()) {
    throw usageError('The standard input is a directory', 'Give --lines a file or a pipe');
  }
  const { type, json } = options;
  const headers = readHeaders(options);
  const { count, firstId, lastId } = await publishLines(process.stdin, {
    encode: (line) => encodeLine(line, { topic, type, json }),
    post: (body) => postEvents(url, 'application/x-ndjson', body, headers),
  });
  const ids = count === 0 ? '' : `, first ${firstId} .. last ${lastId}`;
  process.stdout.write(`${count} events published${ids}\n`);
}

function readHeaders(options: PubOptions): HeaderList {
  return (options.headers ?? []).map(readHeader);
}

function parseData(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const help = 'Quote it for the shell, or leave out --json to send it as text';
    throw usageError(`The data is not JSON: ${(error as SyntaxError).message}`, help);
  }
}

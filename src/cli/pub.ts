// `holdfast pub`: publishes one event, or every line of standard input.

import { isUtf8 } from 'node:buffer';
import { fstatSync } from 'node:fs';
import type { Command } from '@commander-js/extra-typings';
import { HoldfastError } from '../base/errors.ts';
import { readHeader } from './header-argument.ts';
import { addOptions, type RowValues } from './option-rows.ts';
import { pubOptions } from './pub-options.ts';
import { type LineTarget, publishLines } from './publish-lines.ts';
import { type HeaderList, postEvents } from './publish-request.ts';
import { usageError } from './usage-failure.ts';

type PubOptions = RowValues<typeof pubOptions>;

const examples = `
Examples:
  holdfast pub greetings 'hello, world'
  holdfast pub orders/42 '{"state":"paid"}' --json --type changed
  tail -f /var/log/syslog | holdfast pub logs/syslog --lines

Data that begins with a dash follows \`--\`: holdfast pub temperature -- -5
`;

export function definePub(program: Command): void {
  const command = program
    .command('pub')
    .description('publish an event, or every line of standard input')
    .argument('<topic>', 'where to publish, such as orders/42')
    .argument('[data]', 'what to publish; left out with --lines');
  addOptions(command, pubOptions)
    .addHelpText('after', examples)
    .action((topic, data, options) => {
      const url = parseHubUrl(options.url);
      if ((options.lines === true) !== (data === undefined)) {
        throw usageError(
          data === undefined ? 'No data is given' : 'Data is given both as an argument and by --lines',
          'Write `holdfast pub TOPIC DATA`, or `holdfast pub TOPIC --lines < FILE`',
        );
      }
      return data === undefined ? pubLines(url, topic, options) : pubOne(url, topic, data, options);
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
  if (options.key !== undefined) {
    throw usageError('One --key cannot be the key of many lines', 'Leave out --key or --lines');
  }
  // Node.js reads a directory as an input that is empty, and would report 0 events as a success.
  if (fstatSync(0).isDirectory()) {
    throw usageError('The standard input is a directory', 'Give --lines a file or a pipe');
  }
  const headers = readHeaders(options);
  const { count, firstId, lastId } = await publishLines(process.stdin, {
    encode: (line) => encodeLine(line, topic, options),
    post: (body) => postEvents(url, 'application/x-ndjson', body, headers),
  });
  const ids = count === 0 ? '' : `, first ${firstId} .. last ${lastId}`;
  process.stdout.write(`${count} events published${ids}\n`);
}

function readHeaders(options: PubOptions): HeaderList {
  return (options.headers ?? []).map(readHeader);
}

function encodeLine(line: Uint8Array, topic: string, options: PubOptions): ReturnType<LineTarget['encode']> {
  // Decoding would put U+FFFD in place of what is broken, and publish something else than was given.
  if (!isUtf8(line)) return { fault: 'is not valid UTF-8' };
  const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8');
  if (!options.json) return { event: JSON.stringify({ topic, data: text, type: options.type }) };
  try {
    return { event: JSON.stringify({ topic, data: JSON.parse(text) as unknown, type: options.type }) };
  } catch (error) {
    return { fault: `is not JSON: ${(error as SyntaxError).message}` };
  }
}

function parseData(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const help = 'Quote it for the shell, or leave out --json to send it as text';
    throw usageError(`The data is not JSON: ${(error as SyntaxError).message}`, help);
  }
}

function parseHubUrl(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '')
    return url;
  throw usageError(
    `Option --url cannot be ${JSON.stringify(text)}`,
    'Write it as http://HOST:PORT, such as http://127.0.0.1:8080',
  );
}

// `holdfast sub`: prints what comes on topics, through every reconnect, until it is told to stop.

import { styleText } from 'node:util';
import type { Command } from '@commander-js/extra-typings';
import { type Follower, follow, type ReceivedEvent } from '../client/index.ts';
import { untilStopSignal } from '../server/signals.ts';
import { type EventFormat, ndjsonLine, prettyLine, type Styler } from './event-text.ts';
import { failureLine } from './failure-line.ts';
import { readHeader } from './header-argument.ts';
import { parseHubUrl, routeUrl } from './hub-url.ts';
import { addOptions, type RowValues } from './option-rows.ts';
import { OutputLines } from './output-lines.ts';
import { noticeOf, notThere, refused } from './sub-notices.ts';
import { subOptions, subRules } from './sub-options.ts';
import { usageError } from './usage-failure.ts';

type SubOptions = RowValues<typeof subOptions>;

/** Somebody may sit before it and wait. */
const MAX_RETRY_MS = 10_000;

const notes = `
A whole segment of a topic may be *, and the last one **, which stands for any
number of segments. In place of topics the URL of any event stream will do.
Events go to standard output; what else there is to say goes to standard error.
It comes back by itself when the stream is cut or the hub restarts, and goes on
where it was.

Exit code 0 when it was told to stop (--until, Ctrl-C, a reader that is gone) or
the topics have ended; 1 when there were fewer events than --until asks for, or
some are missing (a gap); 3 when the hub refuses, or is not there.

Examples:
  holdfast sub 'orders/*'
  holdfast sub logs/app --from earliest --format data | grep ERROR
  holdfast sub prices/ACME --until 10 --json | jq .data.bid
`;

export function defineSub(program: Command): void {
  const command = program
    .command('sub')
    .description('print events as they come')
    .argument('<topic...>', 'topics and patterns, such as orders/42 or orders/*');
  addOptions(command, subOptions, subRules).addHelpText('after', notes).action(sub);
}

async function sub(topics: readonly string[], options: SubOptions): Promise<void> {
  const url = streamUrl(topics, options);
  const headers = (options.headers ?? []).map((text): [string, string] => [...readHeader(text)]);
  const stream = follow(url, { headers, lastEventId: eventIdOf(options), maxRetryMs: MAX_RETRY_MS });
  const output = new OutputLines(process.stdout, () => stream.close());
  const stop = { isAsked: false };
  void untilStopSignal().then(() => {
    stop.isAsked = true;
    stream.close();
  });
  const { count, isMissing } = await printAll(stream, output, url, options);
  output.finish();
  const { until } = options;
  if ((stop.isAsked || count === until) && stream.lastEventId !== '') {
    note(`Complete up to ${stream.lastEventId}; --last-event-id goes on from there`);
  }
  const isShort = !stop.isAsked && !output.isGone && until !== undefined && count < until;
  if (isShort) note(`${count} events came, and ${until} were asked for`);
  if (isShort || isMissing) process.exitCode = 1;
}

/** Prints until there is a reason to stop; answers how many events, and whether some are known to be missing. */
async function printAll(
  stream: Follower,
  output: OutputLines,
  url: URL,
  { format, json, until, wait }: SubOptions,
): Promise<{ count: number; isMissing: boolean }> {
  const textOf = textMaker(format as EventFormat | 'auto', json === true);
  let count = 0;
  let isMissing = false;
  let wasOpen = false;
  let lastNotice: string | undefined;
  for await (const item of stream) {
    if (item.kind === 'event') {
      await output.write(textOf(item));
      if (++count === until) break;
      continue;
    }
    if (item.kind === 'lost' && !wasOpen && wait !== true) throw notThere(item, url);
    if (item.kind === 'closed' && item.reason === 'refused') throw refused(item);
    if (item.kind === 'gap' || item.kind === 'skipped') isMissing = true;
    const notice = noticeOf(item, wasOpen);
    // An outage is told once, however often it is met.
    if (notice !== undefined && notice !== lastNotice) note(notice);
    lastNotice = notice;
    if (item.kind === 'open') wasOpen = true;
  }
  return { count, isMissing };
}

function textMaker(given: EventFormat | 'auto', json: boolean): (event: ReceivedEvent) => string {
  const format = given === 'auto' ? (process.stdout.isTTY ? 'pretty' : 'ndjson') : given;
  if (json && format !== 'ndjson') {
    throw usageError(`--json is for --format ndjson, and the format is ${format}`, 'Leave one of them out');
  }
  const style: Styler = (name, text) => styleText(name, text, { stream: process.stdout });
  switch (format) {
    case 'pretty':
      return (event) => prettyLine(event, new Date(), style);
    case 'ndjson':
      return (event) => ndjsonLine(event, json);
    case 'data':
      return ({ data }) => `${data}\n`;
  }
}

function streamUrl(topics: readonly string[], { url: hub, from }: SubOptions): URL {
  const [first = ''] = topics;
  // No topic looks like that: it would have an empty segment.
  const isUrl = /^https?:\/\//.test(first);
  if (isUrl && topics.length > 1) {
    throw usageError('The URL of a stream stands alone', 'Write `holdfast sub URL`, or topics and --url');
  }
  const url = isUrl ? parseHubUrl(first) : routeUrl(parseHubUrl(hub), 'stream');
  if (!isUrl) for (const topic of topics) url.searchParams.append('topic', topic);
  if (from !== undefined) url.searchParams.set('from', from);
  return url;
}

function eventIdOf({ lastEventId = '' }: SubOptions): string {
  if (!/[\0\r\n]/.test(lastEventId)) return lastEventId;
  throw usageError('Option --last-event-id holds a line end', 'Give the id of one event');
}

function note(sentence: string): void {
  const line = failureLine({ message: sentence, help: '' });
  process.stderr.write(`${styleText('yellow', line, { stream: process.stderr })}\n`);
}

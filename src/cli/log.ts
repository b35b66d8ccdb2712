// `holdfast log`: looks at the log of a hub that is stopped, and gives it a new epoch.

import { Argument, type Command } from '@commander-js/extra-typings';
import { formatByteSize } from '../base/byte-size.ts';
import type { LogReport } from '../log/lmdb/inspect-log.ts';

const actions = ['info', 'verify', 'new-epoch'] as const;

const notes = `
  info       what the log holds, and how much room it takes
  verify     read all of it and check every checksum; exit code 1 when anything is not as it was written
  new-epoch  give the log a new epoch: needed after it was restored from a backup, see docs/backup.md

The hub has to be stopped.

Examples:
  holdfast log info ./holdfast-log
  holdfast log verify /var/lib/holdfast
`;

export function defineLog(program: Command): void {
  program
    .command('log')
    .description('look at the log folder of a hub that is stopped, or give it a new epoch')
    .addArgument(new Argument('<action>', 'info, verify or new-epoch').choices(actions))
    .argument('<folder>', 'log folder, such as ./holdfast-log')
    .addHelpText('after', notes)
    .action((action, folder) => (action === 'new-epoch' ? renew(folder) : look(folder, action)));
}

async function look(folder: string, action: 'info' | 'verify'): Promise<void> {
  const { withOfflineStore } = await import('../log/lmdb/offline-store.ts');
  const { inspectLog } = await import('../log/lmdb/inspect-log.ts');
  const report = await withOfflineStore(folder, inspectLog);
  process.stdout.write(action === 'info' ? infoText(report) : verifyText(report));
  if (report.problemCount > 0) process.exitCode = 1;
}

async function renew(folder: string): Promise<void> {
  const { withOfflineStore } = await import('../log/lmdb/offline-store.ts');
  const { giveNewEpoch } = await import('../log/lmdb/give-new-epoch.ts');
  const epoch = await withOfflineStore(folder, (store) => giveNewEpoch(folder, store));
  process.stdout.write(
    `The log has the epoch ${epoch}. Clients with older ids get a gap and the events that are kept.\n`,
  );
}

function infoText(report: LogReport): string {
  const { epoch, head, oldest, times, blocks, keys, endedTopics, usedBytes, fileBytes } = report;
  const time = (ms: number | undefined) => (ms === undefined ? '-' : new Date(ms).toISOString());
  const rows: readonly (readonly [string, string])[] = [
    ['epoch', epoch],
    ['events', `${head - oldest + 1}, from ${epoch}-${oldest} to ${epoch}-${head}`],
    ['oldest', time(times?.oldestMs)],
    ['newest', time(times?.newestMs)],
    ['blocks', String(blocks)],
    ['keys', String(keys)],
    ['ended topics', String(endedTopics)],
    ['in use', formatByteSize(usedBytes)],
    ['file', formatByteSize(fileBytes)],
    ['problems', report.problemCount === 0 ? 'none' : `${report.problemCount}; see holdfast log verify`],
  ];
  return rows.map(([name, value]) => `${name.padEnd(14)}${value}\n`).join('');
}

function verifyText({ head, oldest, blocks, problems, problemCount }: LogReport): string {
  if (problemCount === 0) return `The log is whole: ${head - oldest + 1} events in ${blocks} blocks.\n`;
  const more = problemCount > problems.length ? [`... and ${problemCount - problems.length} more`] : [];
  return `${[`Problems: ${problemCount}`, ...problems, ...more].join('\n  ')}\n`;
}

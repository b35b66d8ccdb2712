// `holdfast diagnose`: who cut a stream, why, and what to change.

import { existsSync, statSync } from 'node:fs';
import type { Command } from '@commander-js/extra-typings';
import { HoldfastError } from '../base/errors.ts';
import { nearestName } from '../base/nearest-name.ts';
import { causeIds, causePage } from '../diagnose/cause-page.ts';
import { diagnose } from '../diagnose/diagnose.ts';
import type { CaptureSource, Evidence } from '../diagnose/evidence.ts';
import { readCaptureFile } from '../diagnose/sources/capture/capture-file.ts';
import type { CaptureReading } from '../diagnose/sources/capture/read-capture.ts';
import { diagnosisHtml } from '../report/diagnosis/diagnosis-html.ts';
import { diagnosisMarkdown } from '../report/diagnosis/diagnosis-markdown.ts';
import type { DiagnosisRecord } from '../report/diagnosis/diagnosis-record.ts';
import { diagnosisText } from '../report/diagnosis/diagnosis-text.ts';
import type { Paint } from '../report/text-report.ts';
import { keepHeapCompact } from '../server/compact-heap.ts';
import { diagnoseOptions } from './diagnose-options.ts';
import { addOptions, type RowValues } from './option-rows.ts';
import { checkOutput, type Format, formatOf, terminalPaint, writeReport } from './report-output.ts';
import { usageError } from './usage-failure.ts';

const MAX_FILES = 16;

const notes = `
Captures are pcap or pcapng, also packed with gzip; two of the same traffic, from both sides of a hop, say more than one.

Exit code: 0 nothing is wrong, 1 there are findings, 2 the command line is not usable, 3 a file cannot be read.

Examples:
  holdfast diagnose pcap capture.pcap
  holdfast diagnose pcap client.pcap server.pcap --output diagnosis.html
  tcpdump -i any -w - tcp port 8080 | holdfast diagnose pcap -
`;

export function defineDiagnose(program: Command): void {
  const parent = program.command('diagnose').description('say who cut streams, why, and what to change');
  const pcap = parent
    .command('pcap')
    .description('read captures and say who cut streams, why, and what to change')
    .argument('<file...>', 'captures; - is standard input');
  addOptions(pcap, diagnoseOptions)
    .addHelpText('after', notes)
    .action((files, options) => diagnosePcap(files, options, program.version() ?? ''));
  parent
    .command('explain')
    .description('print the page of docs/causes about a cause')
    .argument('<cause>', 'id of a cause, such as S03')
    .action(explain);
}

async function diagnosePcap(
  files: readonly string[],
  { format: asked, output }: RowValues<typeof diagnoseOptions>,
  version: string,
): Promise<void> {
  if (files.length > MAX_FILES)
    throw usageError(`${files.length} files are given`, `Give at most ${MAX_FILES}`);
  if (files.filter((file) => file === '-').length > 1) {
    throw usageError('Standard input is given twice', 'Give - once');
  }
  checkDifferent(files);
  checkOutput(files, output);
  const format = (asked as Format | undefined) ?? formatOf(output);
  // What lives is a quarter of what V8 would take for a large capture.
  keepHeapCompact();
  const diagnosis = diagnose(await readAll(files));
  await writeReport(
    output,
    render(diagnosis, format, version, output === undefined ? terminalPaint : undefined),
  );
  if (diagnosis.findings.length > 0) process.exitCode = 1;
}

/** A capture beside itself would pass for the view from the other side of a hop. */
function checkDifferent(files: readonly string[]): void {
  const seen = new Set<string>();
  for (const file of files) {
    if (!existsSync(file)) continue;
    const { dev, ino } = statSync(file);
    const key = `${dev} ${ino}`;
    if (seen.has(key)) throw usageError(`${file} is given twice`, 'Give each capture once');
    seen.add(key);
  }
}

/** One after the other: what is held of one capture is bounded, a capture is not. */
async function readAll(files: readonly string[]): Promise<Evidence> {
  const readings: CaptureReading[] = [];
  for (const [source, file] of files.entries()) {
    const reading = await readCaptureFile(file, { source });
    checkReading(reading.source);
    readings.push(reading);
  }
  return {
    sources: readings.map(({ source }) => source),
    flows: readings.flatMap(({ flows }) => flows),
    logs: [],
    counters: [],
  };
}

/** A file without a packet but with problems is no capture; one that was merely cut short is. */
function checkReading({ name, packets, problems }: CaptureSource): void {
  const first = problems[0];
  if (packets > 0 || first === undefined) return;
  const what = name === '-' ? 'Standard input' : name;
  const where = first.offset === undefined || first.offset === 0 ? '' : ` (byte ${first.offset})`;
  throw new HoldfastError(
    'ERR_NO_CAPTURE',
    `${what} holds no packet: ${first.message}${where}`,
    'Give a capture as `tcpdump -w` or Wireshark write it',
  );
}

function render(
  diagnosis: DiagnosisRecord,
  format: Format,
  version: string,
  paint: Paint | undefined,
): string {
  if (format === 'json') return `${JSON.stringify({ ...diagnosis, version }, null, 2)}\n`;
  if (format === 'markdown') return diagnosisMarkdown(diagnosis);
  return format === 'html' ? diagnosisHtml(diagnosis, version) : diagnosisText(diagnosis, paint);
}

function explain(given: string): void {
  const id = given.toUpperCase();
  if (!causeIds.includes(id)) {
    const near = nearestName(id, causeIds);
    throw usageError(
      `There is no cause ${JSON.stringify(given)}`,
      near === undefined ? `These are: ${causeIds.join(', ')}` : `Did you mean ${near}?`,
    );
  }
  process.stdout.write(causePage(id));
}

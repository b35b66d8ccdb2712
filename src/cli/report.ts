// `holdfast report`: result files of load and soak as text, JSON, Markdown or one HTML page.

import { createReadStream, existsSync } from 'node:fs';
import type { Command } from '@commander-js/extra-typings';
import { HoldfastError } from '../base/errors.ts';
import { htmlReport } from '../report/html-report.ts';
import { jsonReport } from '../report/json-report.ts';
import { markdownReport } from '../report/markdown-report.ts';
import { type ReportDocument, reportDocument } from '../report/report-document.ts';
import { type ResultFile, ResultFileReader } from '../report/run-result.ts';
import { type Paint, textReport } from '../report/text-report.ts';
import { addOptions, type RowValues } from './option-rows.ts';
import { reportOptions } from './report-options.ts';
import {
  checkOutput,
  type Format,
  fileError,
  formatOf,
  terminalPaint,
  writeReport,
} from './report-output.ts';
import { usageError } from './usage-failure.ts';

const MAX_FILES = 100;

const examples = `
Examples:
  holdfast report run.ndjson
  holdfast report run.ndjson --output run.html
  holdfast report holdfast=a1.ndjson nchan=b1.ndjson holdfast=a2.ndjson nchan=b2.ndjson --format markdown

NAME=FILE gives a run a name. Runs of one name, or without names of one URL, are rounds of one peer; the
others are measured against the first, round by round. - is standard input.
`;

export function defineReport(program: Command): void {
  const command = program
    .command('report')
    .description('show what result files of load and soak say, one or several side by side')
    .argument('<file...>', 'result files; NAME=FILE names the run, - is standard input');
  addOptions(command, reportOptions)
    .addHelpText('after', examples)
    .action((files, options) => report(files.map(parseFile), options, program.version() ?? ''));
}

interface NamedFile {
  readonly path: string;
  readonly label: string | undefined;
}

/** A path that holds a `=` after a `/`, or that names a file as it stands, is a path. */
function parseFile(text: string): NamedFile {
  const match = /^([^=/]+)=(.+)$/.exec(text);
  return match === null || existsSync(text)
    ? { path: text, label: undefined }
    : { path: match[2]!, label: match[1] };
}

async function report(
  files: readonly NamedFile[],
  options: RowValues<typeof reportOptions>,
  version: string,
): Promise<void> {
  const { output } = options;
  const format = (options.format as Format | undefined) ?? formatOf(output);
  checkFiles(files, output);
  const results: ResultFile[] = [];
  // One after the other: what is held of one file is small, a file is not.
  for (const file of files) results.push(await readResult(file));
  const document = reportDocument(results, version);
  const text = render(document, format, output === undefined ? terminalPaint : undefined);
  await writeReport(output, text);
}

function checkFiles(files: readonly NamedFile[], output: string | undefined): void {
  if (files.length > MAX_FILES)
    throw usageError(`${files.length} files are given`, `Give at most ${MAX_FILES}`);
  if (files.filter((file) => file.path === '-').length > 1) {
    throw usageError('Standard input is given twice', 'Give - once');
  }
  checkOutput(
    files.map(({ path }) => path),
    output,
  );
}

async function readResult({ path, label }: NamedFile): Promise<ResultFile> {
  const name = path === '-' ? 'standard input' : path;
  const reader = new ResultFileReader(name, label);
  let isEmpty = true;
  try {
    for await (const chunk of path === '-' ? process.stdin : createReadStream(path)) {
      isEmpty = false;
      reader.push(chunk as Buffer);
    }
  } catch (error) {
    throw fileError(`${name} cannot be read`, error);
  }
  const file = reader.finish();
  if (file.runs.length > 0) return file;
  const help = 'Give a file that `holdfast load` or `holdfast soak` wrote';
  const first = file.problems.first[0];
  const why = first === undefined ? '' : `: ${first}`;
  throw new HoldfastError('ERR_NO_RESULT', `${name} ${isEmpty ? 'is empty' : `holds no result${why}`}`, help);
}

function render(document: ReportDocument, format: Format, paint: Paint | undefined): string {
  if (format === 'json') return jsonReport(document);
  if (format === 'markdown') return markdownReport(document);
  return format === 'html' ? htmlReport(document) : textReport(document, paint);
}

// What the tool reads in a capture beside what Wireshark reads: every field of every packet with TCP, and what was made
// of them: connections, marks, heads, frames of HTTP/2.

import { isDeepStrictEqual } from 'node:util';
import { type Flow, readCaptureFile, type SegmentMark } from '../../../src/diagnose/index.ts';
import { dissectedFields, dissectedPackets, withoutPadding } from '../../support/capture/dissected.ts';
import { type TsharkRow, tsharkFieldsLater } from '../../support/capture/tshark-fields.ts';

/** An ICMP error quotes the packet that it is about; that is no packet of the connection. */
const FILTER = 'tcp && !icmp && !icmpv6';

const marks = {
  'tcp.analysis.retransmission': 'retransmission',
  'tcp.analysis.out_of_order': 'out-of-order',
  'tcp.analysis.zero_window': 'zero-window',
  'tcp.analysis.window_full': 'window-full',
  'tcp.analysis.zero_window_probe': 'zero-window-probe',
  'tcp.analysis.zero_window_probe_ack': 'zero-window-probe-ack',
  'tcp.analysis.keep_alive': 'keep-alive',
  'tcp.analysis.keep_alive_ack': 'keep-alive-ack',
  'tcp.analysis.duplicate_ack': 'duplicate-ack',
} as const satisfies Record<string, SegmentMark>;
const markFields = Object.keys(marks) as (keyof typeof marks)[];

const contentFields = [
  'tcp.stream',
  'http.response.code',
  'http2.type',
  'http2.rst_stream.error',
  'http2.goaway.last_stream_id',
] as const;
const fields = [...dissectedFields, ...markFields, ...contentFields];
type Row = TsharkRow<(typeof fields)[number]>;

const RST_STREAM = '3';
const GOAWAY = '7';

/** What differs, a line each. */
export async function compareDissection(file: string): Promise<string[]> {
  const rows = (await tsharkFieldsLater('tshark', file, fields, FILTER)).map(withoutPadding);
  const differences = comparePackets(file, rows);
  const byNumber = new Map(rows.map((row) => [Number(row['frame.number']), row]));
  const { flows, source } = await readCaptureFile(file);
  for (const flow of flows) differences.push(...compareSegments(flow, byNumber));
  // Of two copies of a packet Wireshark may take the other.
  if (source.doubledPackets === 0) {
    for (const flow of flows) differences.push(...compareResponses(flow, byNumber));
    differences.push(...compareFrames(flows, rows));
  }
  return differences.map((line) => `${file} ${line}`);
}

function comparePackets(file: string, rows: readonly Row[]): string[] {
  const packets = dissectedPackets(file);
  if (packets.length !== rows.length) return [`has ${packets.length} packets instead of ${rows.length}`];
  return packets.flatMap((packet, i) =>
    dissectedFields
      .filter((field) => packet[field] !== rows[i]![field])
      .map((field) => `#${packet['frame.number']} ${field}: ${packet[field]} instead of ${rows[i]![field]}`),
  );
}

function compareSegments(flow: Flow, rows: ReadonlyMap<number, Row>): string[] {
  const differences: string[] = [];
  for (const { ref, marks: found } of flow.segments) {
    const row = rows.get(ref.at)!;
    if (Number(row['tcp.stream']) !== flow.streamIndex) {
      differences.push(`#${ref.at} is in connection ${flow.streamIndex} instead of ${row['tcp.stream']}`);
    }
    const theirs = new Set(markFields.filter((field) => row[field] !== '').map((field) => marks[field]));
    const ours = new Set(found.filter((mark) => Object.values<SegmentMark>(marks).includes(mark)));
    if (isDeepStrictEqual(theirs, ours) || isKnownDifference(theirs, ours, flow, ref.at)) continue;
    differences.push(`#${ref.at} is ${[...ours].join(' ')} instead of ${[...theirs].join(' ')}`);
  }
  return differences;
}

function compareResponses({ exchanges }: Flow, rows: ReadonlyMap<number, Row>): string[] {
  const differences: string[] = [];
  for (const { protocol, response, complete, framing } of exchanges) {
    // Wireshark shows a response in the packet that makes it whole.
    if (protocol === 'http/2' || complete === undefined || response === undefined || framing === 'no-body')
      continue;
    const code = rows.get(complete.ref.at)!['http.response.code'];
    if (code.split(',').includes(`${response.status}`)) continue;
    differences.push(`#${complete.ref.at} makes a response of ${response.status} whole instead of ${code}`);
  }
  return differences;
}

// Where this project means to differ.
function isKnownDifference(
  theirs: Set<SegmentMark>,
  ours: Set<SegmentMark>,
  { segments }: Flow,
  at: number,
): boolean {
  // Linux probes a closed window with a packet that Wireshark has for a keep-alive.
  if (ours.has('zero-window-probe') && theirs.has('keep-alive')) return true;
  if (ours.has('zero-window-probe-ack') && !theirs.has('zero-window-probe-ack')) return true;
  // An injected RST beyond the next number moves nothing here; Wireshark takes what its victim still sends for old.
  const before = segments.filter(({ ref }) => ref.at < at);
  return (
    (theirs.has('retransmission') || theirs.has('out-of-order')) &&
    ours.size === 0 &&
    before.some(({ flags, seqOffset = 0 }) => flags.includes('R') && seqOffset > 0)
  );
}

function compareFrames(flows: readonly Flow[], rows: readonly Row[]): string[] {
  const ours = {
    resets: flows.flatMap(({ exchanges }) =>
      exchanges.flatMap(({ resets }) => resets.map(({ ref, code }) => `#${ref.at} code ${code}`)),
    ),
    goaways: flows.flatMap(({ http2 }) =>
      (http2?.goaways ?? []).map(({ ref, lastStreamId }) => `#${ref.at} last ${lastStreamId}`),
    ),
  };
  const theirs = {
    resets: rows.flatMap((row) => framesOf(row, RST_STREAM, 'http2.rst_stream.error', 'code')),
    goaways: rows.flatMap((row) => framesOf(row, GOAWAY, 'http2.goaway.last_stream_id', 'last')),
  };
  return (['resets', 'goaways'] as const)
    .filter((kind) => !isDeepStrictEqual(ours[kind].toSorted(), theirs[kind].toSorted()))
    .map((kind) => `${kind}: ${ours[kind].join(', ')} instead of ${theirs[kind].join(', ')}`);
}

function framesOf(row: Row, type: string, field: keyof Row & `http2.${string}`, word: string): string[] {
  const frames = row['http2.type'].split(',').filter((one) => one === type);
  const values = row[field].split(',');
  return frames.map((_, i) => `#${row['frame.number']} ${word} ${values[i]}`);
}

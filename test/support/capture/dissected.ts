// What this project reads in each TCP packet of a capture, in the words of Wireshark.

import { readFileSync } from 'node:fs';
import { CaptureReader } from '../../../src/diagnose/sources/capture/file/capture-reader.ts';
import { addressText } from '../../../src/diagnose/sources/capture/packet/address.ts';
import { Dissector } from '../../../src/diagnose/sources/capture/packet/dissector.ts';
import { unsigned } from '../../../src/diagnose/sources/capture/packet/sequence.ts';
import { readTcpOptions } from '../../../src/diagnose/sources/capture/packet/tcp-options.ts';

/** The fields that are compared, of packets with TCP. */
export const dissectedFields = [
  'frame.number',
  'frame.time_epoch',
  'frame.len',
  'frame.cap_len',
  'ip.src',
  'ip.dst',
  'ipv6.src',
  'ipv6.dst',
  'ip.ttl',
  'ipv6.hlim',
  'ip.id',
  'ip.flags.mf',
  'tcp.srcport',
  'tcp.dstport',
  'tcp.seq_raw',
  'tcp.ack_raw',
  'tcp.flags',
  'tcp.window_size_value',
  'tcp.len',
  'tcp.checksum',
  'tcp.option_kind',
  'tcp.options.mss_val',
  'tcp.options.wscale.shift',
  'tcp.options.timestamp.tsval',
  'tcp.options.timestamp.tsecr',
] as const;
type DissectedField = (typeof dissectedFields)[number];

const hex = (value: number, digits: number) => `0x${value.toString(16).padStart(digits, '0')}`;
const text = (value: number | undefined) => (value === undefined ? '' : String(value));

/** What is no TCP is left out; an ICMP error that quotes some is none. */
export function dissectedPackets(file: string): Record<DissectedField, string>[] {
  const dissector = new Dissector();
  const { tcp } = dissector;
  const rows: Record<DissectedField, string>[] = [];
  const problems: string[] = [];
  const reader = new CaptureReader({
    packet: (packet) => {
      const kind = dissector.dissect(packet);
      if (kind !== 'tcp') return;
      const isV4 = tcp.ipVersion === 4;
      const source = addressText(tcp.bytes, tcp.addressesAt, tcp.ipVersion);
      const destination = addressText(tcp.bytes, tcp.addressesAt + tcp.addressBytes, tcp.ipVersion);
      const options = readTcpOptions(tcp.bytes, tcp.optionsAt, tcp.optionsEnd);
      rows.push({
        'frame.number': String(tcp.number),
        'frame.time_epoch': `${packet.seconds}.${String(packet.nanoseconds).padStart(9, '0')}`,
        'frame.len': String(packet.wireLength),
        'frame.cap_len': String(packet.end - packet.start),
        'ip.src': isV4 ? source : '',
        'ip.dst': isV4 ? destination : '',
        'ipv6.src': isV4 ? '' : source,
        'ipv6.dst': isV4 ? '' : destination,
        'ip.ttl': isV4 ? String(tcp.ttl) : '',
        'ipv6.hlim': isV4 ? '' : String(tcp.ttl),
        'ip.id': isV4 ? hex(tcp.ipId, 4) : '',
        'ip.flags.mf': isV4 ? (tcp.isFragment ? '1' : '0') : '',
        'tcp.srcport': String(tcp.sourcePort),
        'tcp.dstport': String(tcp.destinationPort),
        'tcp.seq_raw': String(unsigned(tcp.seq)),
        'tcp.ack_raw': String(unsigned(tcp.ack)),
        'tcp.flags': hex(tcp.flags, 4),
        'tcp.window_size_value': String(tcp.window),
        'tcp.len': String(tcp.payloadBytes),
        'tcp.checksum': hex(tcp.checksum, 4),
        'tcp.option_kind': options?.kinds.join(',') ?? '',
        'tcp.options.mss_val': text(options?.mss),
        'tcp.options.wscale.shift': text(options?.windowScale),
        'tcp.options.timestamp.tsval': text(options?.timestamp),
        'tcp.options.timestamp.tsecr': text(options?.timestampEcho),
      });
    },
    problem: (offset, message) => problems.push(`${offset}: ${message}`),
  });
  reader.push(readFileSync(file));
  reader.end();
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return rows;
}

/** A row of Wireshark in the same words: padding is an option to it, and no option here. */
export function withoutPadding<Row extends Record<'tcp.option_kind', string>>(row: Row): Row {
  const kinds = row['tcp.option_kind'].split(',').filter((kind) => kind !== '0' && kind !== '1');
  return { ...row, 'tcp.option_kind': kinds.join(',') };
}

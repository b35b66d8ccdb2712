// Sentences and numbers of a diagnosis that all formats share.

import type {
  CountRecord,
  DiagnosisRecord,
  FindingRecord,
  InputRecord,
  PlaceRecord,
  ReasonRecord,
} from './diagnosis-record.ts';

/** `sure (2 sources)`, `likely`. */
export function surenessText({ sureness, sources }: FindingRecord): string {
  return sources > 1 ? `${sureness} (${sources} sources)` : sureness;
}

/** Without its folder; the inputs are named in full once. */
const fileName = (file: string) => (file === '-' ? 'standard input' : (file.split(/[\\/]/).at(-1) ?? file));

/** `capture.pcap packet 8812, 8901 and 11 more`. */
export function placesText({ places, placesLeftOut }: ReasonRecord): string {
  const byFile = Map.groupBy(places, ({ file, kind }: PlaceRecord) => `${file} ${kind}`);
  const texts = [...byFile.values()].map((of) => {
    const { file, kind } = of[0]!;
    return `${fileName(file)} ${kind} ${of.map(({ number }) => number).join(', ')}`;
  });
  const more = placesLeftOut > 0 ? ` and ${placesLeftOut} more` : '';
  return texts.length === 0 ? '' : texts.join('; ') + more;
}

const plural = /\b(check|connect|connection|end|packet|response)s\b/;

/** `3 whole responses`, `1 whole response`: what is counted begins with its plural, so that JSON has one name for it. */
export const countText = ({ what, count }: CountRecord): string =>
  `${count} ${count === 1 ? what.replace(plural, '$1') : what}`;

/** One line for the whole: how many causes, or that nothing is wrong. */
export function verdictText({ findings, unknown, normal }: DiagnosisRecord): string {
  const sum = (counts: readonly CountRecord[]) => counts.reduce((total, { count }) => total + count, 0);
  if (findings.length > 0) {
    const streams = findings.reduce((total, { streamCount }) => total + streamCount, 0);
    return `${findings.length} ${findings.length === 1 ? 'cause' : 'causes'} for ${streams} ${streams === 1 ? 'stream' : 'streams'}`;
  }
  const untold = sum(unknown);
  if (untold > 0)
    return `nothing that can be told: ${untold} ${untold === 1 ? 'end is' : 'ends are'} not known`;
  return sum(normal) > 0 ? 'nothing wrong: all streams ended normally or are open' : 'no streams were seen';
}

/** `capture.pcap, 8,812 packets, 4 min 12 s`. */
export function inputText({ name, kind, size, fromMs, untilMs }: InputRecord): string {
  const unit = kind === 'capture' ? 'packet' : kind === 'log' ? 'line' : 'reading';
  const parts = [
    name === '-' ? 'standard input' : name,
    `${size.toLocaleString('en-US')} ${unit}${size === 1 ? '' : 's'}`,
  ];
  if (fromMs !== undefined && untilMs !== undefined) parts.push(spanText(untilMs - fromMs));
  if (fromMs !== undefined)
    parts.push(`from ${new Date(fromMs).toISOString().replace('T', ' ').slice(0, 19)} UTC`);
  return parts.join(', ');
}

/** 350 ms, 4.2 s, 412 s, 12 min, 3 h 5 min: timers are seconds, so minutes begin late. */
export function spanText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 600_000) return `${Number((ms / 1000).toFixed(1))} s`;
  const minutes = Math.round(ms / 60_000);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

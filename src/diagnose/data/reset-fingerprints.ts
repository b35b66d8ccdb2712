// What some middleboxes write into a reset: a reason in its window, in its payload, or in an MPTCP option.
// Raise `version` with every change.

import type { Segment } from '../evidence.ts';

export interface ResetFingerprint {
  readonly id: string;
  readonly hop: string;
  readonly hopName: string;
  readonly window?: number;
  readonly text?: RegExp;
  readonly mptcpReason?: number;
  readonly meaning: string;
  /** The rule that it speaks for. */
  readonly speaksFor?: string;
  readonly verified: boolean;
  readonly source: string;
}

export const resetFingerprintVersion = '2026-11-25';

const citrix = 'NetScaler: reset codes in the window of RST packets';

const resetFingerprints: readonly ResetFingerprint[] = [
  {
    id: 'netscaler-stray',
    hop: 'netscaler',
    hopName: 'NetScaler',
    window: 8201,
    meaning: 'a packet for a connection that it no longer knows',
    speaksFor: 'S01',
    verified: false,
    source: citrix,
  },
  {
    id: 'netscaler-idle',
    hop: 'netscaler',
    hopName: 'NetScaler',
    window: 9300,
    meaning: 'clean-up of an idle connection',
    speaksFor: 'S02',
    verified: false,
    source: citrix,
  },
  {
    id: 'big-ip',
    hop: 'big-ip',
    hopName: 'BIG-IP',
    text: /BIG-IP/i,
    meaning: 'its reset cause, as text in the packet',
    verified: false,
    source: 'BIG-IP: tm.rstcause.pkt',
  },
  {
    id: 'mptcp-middlebox',
    hop: 'mptcp',
    hopName: 'MPTCP',
    mptcpReason: 6,
    meaning: 'middlebox interference',
    speaksFor: 'S27',
    verified: false,
    source: 'RFC 8684 3.6',
  },
];

export function resetFingerprint({ window, text, options }: Segment): ResetFingerprint | undefined {
  return resetFingerprints.find(
    (row) =>
      (row.window !== undefined && row.window === window) ||
      (row.text !== undefined && text !== undefined && row.text.test(text)) ||
      (row.mptcpReason !== undefined && row.mptcpReason === options?.mptcpResetReason),
  );
}

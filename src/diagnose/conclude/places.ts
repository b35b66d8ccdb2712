// Where a fact can be looked up, for people: the file and the packet or line.

import type { Evidence, Ref } from '../evidence.ts';
import type { Place } from '../finding.ts';

const kinds = { capture: 'packet', log: 'line', host: 'reading' } as const;

export function placeOf({ source, at }: Ref, { sources }: Evidence): Place {
  const of = sources[source];
  return {
    file: of?.name ?? `source ${source}`,
    kind: of === undefined ? 'packet' : kinds[of.kind],
    number: at,
  };
}

export const packetFilter = ({ number }: Place): string => `frame.number == ${number}`;

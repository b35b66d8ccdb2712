// Does nothing: the measure of what the proxy itself does to a connection.

import { faultKind } from '../fault.ts';
import { Shaper } from '../shaper.ts';

export const noop = faultKind({
  kind: 'noop',
  summary: 'nothing: shows what the proxy itself costs',
  losesBytes: false,
  direction: 'both',
  options: {},
  shape: () => new Shaper(),
});

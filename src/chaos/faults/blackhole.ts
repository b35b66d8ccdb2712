// Takes all and gives nothing on, and tells nobody: neither what is sent nor that a side has left. What the other sees is
// a half-open connection. Once it has swallowed something the connection never works again, also when the fault is taken
// away: a stream with a hole in it would be a lie.

import { faultKind } from '../fault.ts';
import { type Cut, Shaper } from '../shaper.ts';

class Blackhole extends Shaper {
  override cut(): Cut {
    return 'dark';
  }
}

export const blackhole = faultKind({
  kind: 'blackhole',
  summary: 'everything is taken and nothing given on, without FIN: half-open',
  losesBytes: true,
  direction: 'both',
  options: {},
  shape: () => new Blackhole(),
});

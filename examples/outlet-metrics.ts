import { type Chunk, OutletWrapper } from 'holdfast';

/** Counts for all streams together; hand them to whatever you measure with. */
export const counters = { writes: 0, bytes: 0, pushBacks: 0 };

export class CountedOutlet extends OutletWrapper {
  override write(chunk: Chunk): boolean {
    counters.writes++;
    counters.bytes += chunk.byteLength;
    const isTaken = super.write(chunk);
    if (!isTaken) counters.pushBacks++;
    return isTaken;
  }
}

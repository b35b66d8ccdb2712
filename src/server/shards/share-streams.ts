// Shares out among the processes of a hub what it may hold in all. Each may hold what it has and an equal part of what is
// left, so that together they never promise more than there is; asked again each second, the parts follow the streams.

/** How many streams each process may hold, given how many each has. */
export function shareStreams(
  counts: readonly number[],
  maxStreams: number,
  maxOfOne: number,
): readonly number[] {
  const shares = counts.map((count) => Math.min(count, maxOfOne));
  let left = maxStreams - shares.reduce((sum, share) => sum + share, 0);
  while (left > 0) {
    const open = shares.flatMap((share, i) => (share < maxOfOne ? [i] : []));
    if (open.length === 0) break;
    const part = Math.max(1, Math.floor(left / open.length));
    for (const i of open) {
      const given = Math.min(part, left, maxOfOne - shares[i]!);
      shares[i]! += given;
      left -= given;
    }
  }
  return shares;
}

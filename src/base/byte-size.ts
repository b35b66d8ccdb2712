// Sizes as people write them in flags and files (`64KiB`), as bytes inside.

const UNIT_BYTES = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, kB: 1000, MB: 1e6, GB: 1e9 } as const;

/**
 * Reads `4096B`, `64KiB`, `1.5MiB`, `2GB` as bytes.
 *
 * @throws RangeError for anything else, also for a bare number, since its unit would be a guess.
 */
export function parseByteSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(B|KiB|MiB|GiB|kB|MB|GB)$/.exec(text);
  const bytes = match ? Math.round(Number(match[1]) * UNIT_BYTES[match[2] as keyof typeof UNIT_BYTES]) : 0;
  if (bytes <= 0 || !Number.isSafeInteger(bytes)) {
    throw new RangeError(`Expected a size such as 4096B, 64KiB or 8MiB, got ${JSON.stringify(text)}`);
  }
  return bytes;
}

/** Writes bytes the way parseByteSize reads them, in the largest binary unit that stays exact. */
export function formatByteSize(bytes: number): string {
  for (const unit of ['GiB', 'MiB', 'KiB'] as const) {
    if (bytes >= UNIT_BYTES[unit] && bytes % UNIT_BYTES[unit] === 0)
      return `${bytes / UNIT_BYTES[unit]}${unit}`;
  }
  return `${bytes}B`;
}

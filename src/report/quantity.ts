// Numbers as people read them: four digits at most where precision is noise, units that fit the size, and
// thousands set apart. Every format of a report writes its numbers here, so that they can be compared.

export type Unit = 'count' | 'perSecond' | 'us' | 'ms' | 'bytes' | 'bytesPerSecond' | 'cores' | 'share';

/** `1234567` -> `1,234,567`; `12.345 us` -> `12.3 µs`; a share -> `99.98 %`. */
export function formatQuantity(value: number, unit: Unit): string {
  switch (unit) {
    case 'count':
      return grouped(Math.round(value));
    case 'perSecond':
      return `${value < 100 ? digits(value) : grouped(Math.round(value))}/s`;
    case 'us':
      return formatMicroseconds(value);
    case 'ms':
      return formatMilliseconds(value);
    case 'bytes':
      return formatBytes(value);
    case 'bytesPerSecond':
      return `${formatBytes(value)}/s`;
    case 'cores':
      return `${digits(value)} cores`;
    case 'share':
      return formatShare(value);
  }
}

/** How many times: `0.58x`. */
export function formatRatio(ratio: number): string {
  return `${ratio < 10 ? ratio.toFixed(2) : digits(ratio)}x`;
}

function formatMicroseconds(us: number): string {
  if (us < 1000) return `${digits(us)} µs`;
  return us < 1e6 ? `${digits(us / 1000)} ms` : `${digits(us / 1e6)} s`;
}

function formatMilliseconds(ms: number): string {
  if (ms < 60_000) return `${digits(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const words = parts.map((amount, i) => (amount === 0 ? '' : `${amount} ${['h', 'min', 's'][i]}`));
  return words.filter((word) => word !== '').join(' ');
}

function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const amount = bytes / 1024 ** power;
  return `${power === 0 ? Math.round(amount) : digits(amount)} ${units[power]}`;
}

// Never rounded up to 100 %: one lost event of a million is not none.
function formatShare(share: number): string {
  if (share >= 1) return '100 %';
  const nines = share <= 0 ? 0 : Math.floor(-Math.log10(1 - share));
  const places = Math.min(Math.max(nines, 1), 8);
  const scale = 10 ** places;
  return `${(Math.floor(share * 100 * scale) / scale).toFixed(places)} %`;
}

function digits(value: number): string {
  if (value >= 1000) return grouped(Math.round(value));
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

const grouped = (whole: number) => whole.toLocaleString('en-US', { maximumFractionDigits: 0 });

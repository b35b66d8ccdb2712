// Reads the texts of Linux' /proc as plain records, and makes rates of two of them. Pure: no file is opened
// here. The texts are the kernel's, and each kernel adds lines: what is not known is passed over, and what is
// missing or no number is absent from the record, never 0 and never NaN.

/** A number for each name that the text had. */
export type Counts<Name extends string> = { readonly [N in Name]?: number };

export type LoadAverage = Counts<'load1' | 'load5' | 'load15' | 'tasksRunnable' | 'tasks'>;
export type MemorySize = Counts<keyof typeof memoryLines>;
export type InterfaceCounters = Counts<keyof typeof interfaceColumns>;
export type TcpCounters = Counts<keyof typeof tcpNames>;
export type CpuTicks = Counts<(typeof cpuColumns)[number]>;

/** `/proc/loadavg`: `0.20 0.19 0.14 1/86 6267`. */
export function parseLoadAverage(text: string): LoadAverage {
  const [load1, load5, load15, tasks] = text.trim().split(/\s+/);
  const [runnable, all] = (tasks ?? '').split('/');
  return counts({ load1, load5, load15, tasksRunnable: runnable, tasks: all });
}

const memoryLines = {
  totalBytes: 'MemTotal',
  availableBytes: 'MemAvailable',
  freeBytes: 'MemFree',
  buffersBytes: 'Buffers',
  cachedBytes: 'Cached',
  swapTotalBytes: 'SwapTotal',
  swapFreeBytes: 'SwapFree',
} as const;

/** `/proc/meminfo`; its `kB` are units of 1024 bytes. */
export function parseMemory(text: string): MemorySize {
  const kibibytes = new Map<string, string>();
  for (const [, name, amount] of text.matchAll(/^([^:\n]+):\s+(\d+) kB$/gm)) kibibytes.set(name!, amount!);
  return pick(memoryLines, (line) => (kibibytes.has(line) ? Number(kibibytes.get(line)) * 1024 : undefined));
}

// Where each counter stands among the columns of /proc/net/dev.
const interfaceColumns = {
  receivedBytes: 0,
  receivedPackets: 1,
  receiveErrors: 2,
  receiveDrops: 3,
  sentBytes: 8,
  sentPackets: 9,
  sendErrors: 10,
  sendDrops: 11,
} as const;

/** `/proc/net/dev`, a record for each interface by its name. */
export function parseInterfaces(text: string): ReadonlyMap<string, InterfaceCounters> {
  const interfaces = new Map<string, InterfaceCounters>();
  // Old kernels put no space behind the colon; the two head lines have none.
  for (const [, name, columns] of text.matchAll(/^\s*(\S+):\s*(\d[\d ]*)$/gm)) {
    const values = columns!.split(/ +/);
    interfaces.set(
      name!,
      pick(interfaceColumns, (column) => values[column]),
    );
  }
  return interfaces;
}

const tcpNames = {
  currentlyEstablished: 'Tcp.CurrEstab',
  activeOpens: 'Tcp.ActiveOpens',
  passiveOpens: 'Tcp.PassiveOpens',
  attemptFails: 'Tcp.AttemptFails',
  establishedResets: 'Tcp.EstabResets',
  segmentsReceived: 'Tcp.InSegs',
  segmentsSent: 'Tcp.OutSegs',
  segmentsRetransmitted: 'Tcp.RetransSegs',
  resetsSent: 'Tcp.OutRsts',
  listenOverflows: 'TcpExt.ListenOverflows',
  listenDrops: 'TcpExt.ListenDrops',
  retransmissionTimeouts: 'TcpExt.TCPTimeouts',
  abortsOnTimeout: 'TcpExt.TCPAbortOnTimeout',
  abortsOnMemory: 'TcpExt.TCPAbortOnMemory',
} as const;

/** `/proc/net/snmp` and `/proc/net/netstat`; either may be empty. */
export function parseTcp(snmpText: string, netstatText: string): TcpCounters {
  const values = new Map<string, string>();
  const lines = [...snmpText.split('\n'), ...netstatText.split('\n')];
  for (const [i, head] of lines.entries()) {
    // Two lines with the same first word: names, then values.
    const [protocol, ...names] = head.split(' ');
    const [sameProtocol, ...numbers] = lines[i + 1]?.split(' ') ?? [];
    if (!protocol?.endsWith(':') || protocol !== sameProtocol || /^-?\d/.test(names[0] ?? '')) continue;
    for (const [column, name] of names.entries()) {
      if (numbers[column] !== undefined) values.set(`${protocol.slice(0, -1)}.${name}`, numbers[column]);
    }
  }
  return pick(tcpNames, (name) => values.get(name));
}

// In the order of the columns of the `cpu` line of /proc/stat, in ticks (USER_HZ, 10 ms on every common kernel)
// since boot. guest and guest_nice follow and are left out: the kernel has counted them in user and nice.
const cpuColumns = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const;

/** `/proc/stat`: the ticks of all CPUs together. */
export function parseCpuTicks(text: string): CpuTicks {
  const values = /^cpu +(.*)$/m.exec(text)?.[1]?.split(/ +/) ?? [];
  return counts(Object.fromEntries(cpuColumns.map((column, i) => [column, values[i]])));
}

/** What all CPUs together did between two samples, in percent; absent where it cannot be told. */
export type CpuShares = Counts<'busyPercent' | `${(typeof cpuColumns)[number]}Percent`>;

export function cpuSharesBetween(before: CpuTicks, after: CpuTicks): CpuShares {
  const spent = cpuColumns.map((column) => (after[column] ?? 0) - (before[column] ?? 0));
  const total = spent.reduce((sum, ticks) => sum + ticks, 0);
  // iowait may step back a little; a total that does not move says nothing.
  if (total <= 0) return {};
  const percent = (ticks: number) => round(Math.max(0, (100 * ticks) / total));
  const shares = Object.fromEntries(cpuColumns.map((column, i) => [`${column}Percent`, percent(spent[i]!)]));
  const resting = spent[cpuColumns.indexOf('idle')]! + spent[cpuColumns.indexOf('iowait')]!;
  return { busyPercent: percent(total - resting), ...shares };
}

/** `receivedBytes` -> `receivedBytesPerSecond`. */
export type Rates<Name extends string> = Counts<`${Name}PerSecond`>;

/**
 * How fast the named counters grew between two samples. A counter that is in one sample only, or went back (an
 * interface was made anew), has no rate.
 */
export function ratesBetween<Name extends string>(
  names: readonly Name[],
  before: Counts<Name>,
  after: Counts<Name>,
  elapsedMs: number,
): Rates<Name> {
  const rates: Record<string, number> = {};
  if (elapsedMs <= 0) return {};
  for (const name of names) {
    const grown = (after[name] ?? Number.NaN) - (before[name] ?? Number.NaN);
    if (grown >= 0) rates[`${name}PerSecond`] = round((grown * 1000) / elapsedMs);
  }
  return rates as Rates<Name>;
}

/** Two decimals are what a person reads; the rest is noise on the wire. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function pick<Name extends string, Source>(
  sources: Readonly<Record<Name, Source>>,
  read: (source: Source) => string | number | undefined,
): Counts<Name> {
  const found = Object.entries<Source>(sources).map(([name, source]) => [name, read(source)]);
  return counts(Object.fromEntries(found) as Record<Name, string | number | undefined>);
}

function counts<Name extends string>(given: Record<Name, string | number | undefined>): Counts<Name> {
  const kept: Partial<Record<Name, number>> = {};
  for (const [name, value] of Object.entries<string | number | undefined>(given)) {
    const number = value === undefined || value === '' ? Number.NaN : Number(value);
    if (Number.isFinite(number)) kept[name as Name] = number;
  }
  return kept;
}

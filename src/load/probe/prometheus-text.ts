// Reads the text format of Prometheus (version 0.0.4), as far as someone asks for it: of a page of metrics only those
// with wanted names are kept. Pure, and the text is a stranger's: a bad line is a problem in words, never the end.

const MAX_METRICS = 1000;
const MAX_PROBLEMS = 5;
/** Longer lines are passed over; it also bounds what a pattern has to look at. */
const MAX_LINE_CHARS = 16_384;

export interface Metric {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  /** May be NaN or infinite, as the format allows. */
  readonly value: number;
}

export interface PrometheusText {
  readonly metrics: readonly Metric[];
  readonly problems: readonly string[];
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
/** `name="value"` with what stands around it; the value still has its escapes. */
const LABEL = /[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"[ \t]*(,|(?=\}))/y;
const LABELS_END = /[ \t]*\}/y;
/** A value, and a time in milliseconds, which nobody here needs. */
const VALUE = /[ \t]*(\S+)(?:[ \t]+-?\d+)?[ \t\r]*$/y;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const escapes: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' };

/** The metrics with these names, in the order of the text. Comments (`# HELP`, `# TYPE`, others) say nothing here. */
export function parsePrometheusText(text: string, names: ReadonlySet<string>): PrometheusText {
  const metrics: Metric[] = [];
  const problems: string[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    const name = match(NAME, line, firstChar(line))?.[0];
    if (name === undefined || !names.has(name)) continue;
    const metric = line.length > MAX_LINE_CHARS ? 'is too long' : parseMetric(line, name);
    if (typeof metric !== 'string' && metrics.length < MAX_METRICS) metrics.push(metric);
    else if (problems.length < MAX_PROBLEMS) {
      const what = typeof metric === 'string' ? metric : `is one of more than ${MAX_METRICS} wanted`;
      problems.push(`line ${i + 1} (${name}) ${what}`);
    }
  }
  return { metrics, problems };
}

function parseMetric(line: string, name: string): Metric | string {
  let at = firstChar(line) + name.length;
  const open = firstChar(line, at);
  const labels = new Map<string, string>();
  if (line[open] === '{') {
    at = open + 1;
    for (;;) {
      const label = match(LABEL, line, at);
      if (label === null) break;
      labels.set(
        label[1]!,
        label[2]!.replace(/\\./g, (pair) => escapes[pair] ?? pair),
      );
      at = LABEL.lastIndex;
    }
    if (match(LABELS_END, line, at) === null) return 'has labels that cannot be read';
    at = LABELS_END.lastIndex;
  } else if (open === at) return 'has no value';
  const value = parseValue(match(VALUE, line, at)?.[1] ?? '');
  return value === undefined ? 'has no value' : { name, labels, value };
}

/** As Go writes floats; undefined for anything else. */
function parseValue(text: string): number | undefined {
  if (NUMBER.test(text)) return Number(text);
  if (/^nan$/i.test(text)) return Number.NaN;
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinite === null) return undefined;
  return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function firstChar(line: string, from = 0): number {
  let at = from;
  while (line[at] === ' ' || line[at] === '\t') at++;
  return at;
}

function match(pattern: RegExp, line: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(line);
}

// Reads a scenario file. What is wrong with it is said with line and column. Pure.

import { isMap, isScalar, LineCounter, type ParsedNode, parseDocument } from 'yaml';
import { HoldfastError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest-name.ts';
import type { AnyFaultKind, GivenFault } from '../chaos/fault.ts';
import { makeFault } from '../chaos/fault.ts';
import { faultKinds } from '../chaos/faults/kinds.ts';
import { readOptionWords } from '../chaos/option-words.ts';
import { systemFaultKinds } from '../chaos/system/kinds.ts';
import { type Scenario, type ScenarioFault, scenarioSchema } from './scenario-schema.ts';

/** What a scenario can do beside faults. */
export const SERVER_ACTIONS = ['restart', 'deploy'] as const;

const TIMELINE_FIELDS = ['fault', 'at', 'for', 'every', 'times', 'of', 'restart'];
const PROXY_FIELDS = ['direction', 'probability', 'seed'];

/**
 * @param source - what to call the file in a message.
 * @throws HoldfastError ERR_BAD_SCENARIO with every mistake, each with its place.
 */
export function readScenario(text: string, source: string): Scenario {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${source}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    throw badScenario(document.errors.map(({ message, pos }) => `${place(pos[0])} ${message}`));
  }
  const placeOf = (path: readonly PropertyKey[]) => place(offsetOf(document.contents, path));
  const parsed = scenarioSchema.safeParse(document.toJS());
  if (!parsed.success) {
    throw badScenario(
      parsed.error.issues.flatMap((issue) => {
        if (issue.code !== 'unrecognized_keys')
          return [`${placeOf(issue.path)} ${issue.path.join('.')}: ${issue.message}`];
        const known = knownKeys(issue.path);
        return issue.keys.map(
          (key) => `${placeOf([...issue.path, key])} Unknown field \`${key}\`.${didYouMean(key, known)}`,
        );
      }),
    );
  }
  const scenario = parsed.data;
  const problems: string[] = [];
  if ((scenario.hub === undefined) === (scenario.target === undefined))
    problems.push(`${place(0)} Expected either \`hub\` or \`target\``);
  const check = (given: Omit<ScenarioFault, 'at'>, path: readonly PropertyKey[]) => {
    try {
      faultOf(given as ScenarioFault);
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error;
      problems.push(`${placeOf(path)} ${error.message} ${error.help}`);
    }
  };
  for (const [i, given] of scenario.faults.entries()) check(given, ['faults', i]);
  for (const [i, given] of (scenario.random?.faults ?? []).entries())
    check(given as never, ['random', 'faults', i]);
  if (problems.length > 0) throw badScenario(problems);
  return scenario;
}

/** What a line of a timeline means. */
export type TimelineFault =
  /** Of the proxy in front of the server. */
  | { readonly kind: 'proxy'; readonly fault: GivenFault }
  /** Of a process, a disk, a clock or a network. */
  | { readonly kind: 'system'; readonly fault: string; readonly options: Readonly<Record<string, unknown>> }
  | { readonly kind: 'action'; readonly action: (typeof SERVER_ACTIONS)[number] };

/** @throws HoldfastError ERR_BAD_FAULT. */
export function faultOf(given: ScenarioFault): TimelineFault {
  const name = given.fault;
  const words = Object.fromEntries(
    Object.entries(given).filter(
      ([field]) => !TIMELINE_FIELDS.includes(field) && !PROXY_FIELDS.includes(field),
    ),
  );
  const action = SERVER_ACTIONS.find((known) => known === name);
  if (action !== undefined) {
    readOptionWords(`the action ${name}`, {}, words);
    return { kind: 'action', action };
  }
  const system = systemFaultKinds.find(({ kind }) => kind === name);
  if (system !== undefined) {
    const { direction } = given;
    // Its own direction has other words: `to-server`.
    const all = direction === undefined ? words : { ...words, direction };
    return {
      kind: 'system',
      fault: name,
      options: readOptionWords(`the fault ${name}`, system.options, all),
    };
  }
  const proxied = faultKinds.find(({ kind }) => kind === name);
  if (proxied === undefined) {
    const names = [...faultKinds, ...systemFaultKinds].map(({ kind }) => kind);
    throw new HoldfastError(
      'ERR_BAD_FAULT',
      `There is no fault ${JSON.stringify(name)}.${didYouMean(name, names)}`,
      'See docs/chaos.md',
    );
  }
  return { kind: 'proxy', fault: proxyFault(proxied, given, words) };
}

function proxyFault(
  kind: AnyFaultKind,
  { direction, probability, seed }: ScenarioFault,
  words: Readonly<Record<string, unknown>>,
): GivenFault {
  const fault = {
    kind: kind.kind,
    direction,
    probability,
    seed,
    options: readOptionWords(`the fault ${kind.kind}`, kind.options, words),
  };
  makeFault(faultKinds, fault);
  return fault;
}

/** The place of what a path leads to; of the last part that is there, where something is missing. */
function offsetOf(contents: ParsedNode | null, path: readonly PropertyKey[]): number {
  let node: unknown = contents;
  let offset = contents?.range[0] ?? 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === part);
      if (pair === undefined) break;
      offset = (pair.key as ParsedNode).range[0];
      node = pair.value;
    } else if (typeof node === 'object' && node !== null && 'items' in node) {
      const item = (node as { items: ParsedNode[] }).items[Number(part)];
      if (item === undefined) break;
      offset = item.range[0];
      node = item;
    } else break;
  }
  return offset;
}

function knownKeys(path: readonly PropertyKey[]): string[] {
  let schema: unknown = scenarioSchema;
  for (const part of path) {
    const { shape } = unwrap(schema) as { shape?: Record<string, unknown> };
    schema = shape?.[String(part)];
  }
  return Object.keys((unwrap(schema) as { shape?: object } | undefined)?.shape ?? {});
}

/** An optional or defaulted part is the part. */
function unwrap(schema: unknown): unknown {
  const inner = (schema as { unwrap?: () => unknown } | undefined)?.unwrap?.();
  return inner === undefined ? schema : unwrap(inner);
}

function badScenario(problems: readonly string[]): HoldfastError {
  const [first = '', ...more] = problems;
  const rest = more.length === 0 ? '' : `; and ${more.length} more: ${more.slice(0, 4).join('; ')}`;
  return new HoldfastError('ERR_BAD_SCENARIO', `${first}${rest}`, 'See docs/prove.md');
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from '@commander-js/extra-typings';
import { HoldfastError } from '../base/errors.ts';
import { integer, milliseconds, value } from '../base/options.ts';
import { addOptions, type OptionRow } from './option-rows.ts';

const rules = {
  waitMs: milliseconds(90_000, 20),
  maxBytes: integer(65_536),
  maxStreams: integer(15_000),
  origins: value<readonly string[]>([], 'an array', (given) => !(given as string[]).includes('bad')),
};

const rows = [
  { flag: '--wait', kind: 'duration', option: 'waitMs', description: 'd' },
  { flag: '--max-bytes', kind: 'bytes', option: 'maxBytes', description: 'd' },
  { flag: '--max-streams', kind: 'count', option: 'maxStreams', auto: 'what fits', description: 'd' },
  { flag: '--origin', kind: 'list', option: 'origins', placeholder: 'o', expected: 'good', description: 'd' },
  { flag: '--name', kind: 'text', option: 'name', placeholder: 'n', description: 'd' },
  {
    flag: '--engine',
    kind: 'text',
    option: 'engine',
    placeholder: 'e',
    default: 'a',
    choices: ['a'],
    description: 'd',
  },
  { flag: '--loud', kind: 'flag', option: 'isLoud', description: 'd' },
] as const satisfies readonly OptionRow[];

const command = () => addOptions(new Command('x').exitOverride(), rows, rules);

const parse = (...args: string[]) => command().parse(args, { from: 'user' }).opts();

function messageFor(...args: string[]): string {
  try {
    parse(...args);
  } catch (error) {
    assert.ok(error instanceof HoldfastError, String(error));
    assert.equal(error.code, 'ERR_USAGE');
    return error.message;
  }
  return assert.fail(`it should have refused ${args}`);
}

test('without arguments the values are the defaults of the rules, by the names of the code', () => {
  assert.deepEqual(parse(), { waitMs: 90_000, maxBytes: 65_536, maxStreams: 'auto', engine: 'a' });
});

test('values are read as people write them', () => {
  const given = ['--wait', '2s', '--max-bytes', '8MiB', '--max-streams', '5', '--name', 'n', '--loud'];
  assert.deepEqual(parse(...given), {
    waitMs: 2000,
    maxBytes: 8 * 1024 * 1024,
    maxStreams: 5,
    name: 'n',
    engine: 'a',
    isLoud: true,
  });
});

test('a list gathers what is repeated, and one parse does not see the values of another', () => {
  const one = command();
  assert.deepEqual(one.parse(['--origin', 'a', '--origin', 'b'], { from: 'user' }).opts().origins, [
    'a',
    'b',
  ]);
  assert.equal(one.parse([], { from: 'user' }).opts().origins, undefined);
});

test('`auto` leaves the value to the code', () => {
  assert.equal(parse('--max-streams', '5', '--max-streams', 'auto').maxStreams, 'auto');
});

test('a value that cannot be read names the option and the form', () => {
  assert.match(messageFor('--wait', '15'), /^Option --wait is not usable: Expected a duration .* got "15"$/);
  assert.match(messageFor('--max-bytes', '1k'), /^Option --max-bytes is not usable: Expected a size /);
  assert.match(messageFor('--max-streams', '1e3'), /^Option --max-streams is not usable: Expected a whole /);
});

test('a value that its rule does not accept is refused in the words of the rule', () => {
  assert.equal(
    messageFor('--wait', '1ms'),
    'Option --wait cannot be "1ms": expected an integer from 20 to 2147483647 in milliseconds',
  );
  assert.equal(
    messageFor('--max-streams', '0'),
    'Option --max-streams cannot be "0": expected a positive integer',
  );
  assert.equal(messageFor('--origin', 'bad'), 'Option --origin cannot be "bad": expected good');
});

test('a text outside its choices is refused', () => {
  assert.equal(messageFor('--engine', 'b'), 'Option --engine cannot be "b"');
});

test('help shows the defaults in the units that the options take', () => {
  const help = command().helpInformation();
  assert.match(help, /--wait <duration> +d \(default: 1m30s\)/);
  assert.match(help, /--max-bytes <size> +d \(default: 64KiB\)/);
  assert.match(help, /--max-streams <n> +d \(default: auto: what fits\)/);
});

test('a row for a quantity that no rule knows is a mistake of ours, and found at once', () => {
  const row = { flag: '--x', kind: 'count', option: 'unknown', description: 'd' } as const;
  assert.throws(() => addOptions(new Command('x'), [row], rules), /The row --x names no option/);
});

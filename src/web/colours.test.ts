// What can be read: the contrast of every colour that text has, on every ground that it stands on, as WCAG 2.2 counts it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { coloursFile } from './page-files.ts';

const texts = ['ink', 'quiet', 'accent', 'good', 'wait', 'bad', 'peer0', 'peer2', 'peer3'];
const grounds = ['ground', 'raised', 'sunken'];
const LEAST = 4.5;

/** name -> `#rrggbb`, of the first block and of the one for dark. */
function readThemes(): Readonly<Record<'light' | 'dark', ReadonlyMap<string, string>>> {
  const [light, dark] = readFileSync(coloursFile, 'utf8').split('@media');
  const read = (text: string) =>
    new Map(Array.from(text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g), ([, name, hex]) => [name!, hex!]));
  return { light: read(light!), dark: read(dark!) };
}

function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

test('contrast is 21 of black on white, and 1 of a colour on itself', () => {
  assert.equal(contrast('#000000', '#ffffff'), 21);
  assert.equal(contrast('#0f5c55', '#0f5c55'), 1);
});

test('text has a contrast of at least 4.5 to its ground, light and dark', () => {
  for (const [theme, colours] of Object.entries(readThemes())) {
    const pairs = texts.flatMap((text) => grounds.map((ground) => [text, ground] as const));
    const tooLow = [...pairs, ['on-accent', 'accent'] as const].flatMap(([text, ground]) => {
      const found = contrast(colours.get(text)!, colours.get(ground)!);
      return found >= LEAST ? [] : [`${text} on ${ground}: ${found.toFixed(2)}`];
    });
    assert.deepEqual(tooLow, [], theme);
  }
});

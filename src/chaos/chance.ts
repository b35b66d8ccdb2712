// Chance that can be had again: numbers that follow from a seed and a few more numbers, not from the order of calls.

/** A generator of numbers in [0, 1): mulberry32 over a mix of all that is given. */
export function chance(...parts: readonly number[]): () => number {
  let state = 0x9e3779b9;
  for (const part of parts) state = mix(state ^ mix(part >>> 0));
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A number for a text. */
export function textSeed(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

// The finaliser of murmur3: each bit of the input changes half of the output.
function mix(number: number): number {
  let mixed = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

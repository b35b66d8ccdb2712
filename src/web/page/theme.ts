// The colours of the page as a canvas needs them, read from the style sheet, so that light, dark and print are
// told apart in one place.

export interface Theme {
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  readonly ground: string;
  /** The fonts of text, as CSS lists them. */
  readonly sans: string;
  readonly limited: string;
  /** One for each peer, then from the start; told apart by the colour-blind, and by dashes as well. */
  readonly peers: readonly string[];
  /** From few to many. */
  readonly heat: readonly string[];
}

/** Rounds of a peer have its colour and their own dashes. */
const dashes: readonly number[][] = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 2]];

export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  const list = (name: string) => Array.from({ length: 6 }, (_, i) => read(`${name}${i}`));
  return {
    ink: read('--ink'),
    quiet: read('--quiet'),
    line: read('--line'),
    ground: read('--raised'),
    sans: read('--sans'),
    limited: read('--limited'),
    peers: list('--peer'),
    heat: list('--heat'),
  };
}

export const colourOf = (theme: Theme, peer: number) => theme.peers[peer % theme.peers.length]!;
export const dashOf = (round: number) => dashes[round % dashes.length]!;

/** `#rrggbb` with an opacity. */
export const faded = (colour: string, opacity: number) =>
  `${colour}${Math.round(opacity * 255)
    .toString(16)
    .padStart(2, '0')}`;

/** 64 colours between the stops of the theme. */
export function heatColours({ heat }: Theme): string[] {
  const stops = heat.map((colour) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)));
  return Array.from({ length: 64 }, (_, level) => {
    const at = (level / 63) * (stops.length - 1);
    const below = Math.min(Math.floor(at), stops.length - 2);
    const mixed = stops[below]!.map((from, i) => from + (stops[below + 1]![i]! - from) * (at - below));
    return `rgb(${mixed.map(Math.round).join(' ')})`;
  });
}

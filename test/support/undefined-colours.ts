// Style sheets take their colours from one file; a page that was made without it would be black on white, and in charts
// nothing at all.

/** The custom properties that a page or its style sheets use and nothing in it defines. */
export function undefinedColours(text: string): string[] {
  const used = Array.from(text.matchAll(/var\((--[\w-]+)\)/g), ([, name]) => name!);
  return [...new Set(used)].filter((name) => !new RegExp(`${name}:`).test(text));
}

// HTML that escapes what is put into it: html`<td>${anything}</td>`. Only what this template made, or `trusted`
// marked, goes in as it is; a text can therefore not become markup by being forgotten.

export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** False and undefined write nothing, so that a part can hang on a condition. */
type Part = Html | string | number | false | undefined | readonly Part[];

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((string, i) => string + write(parts[i])).join(''));
}

/** For text of our own files; never for anything that came from a result file. */
export function trusted(text: string): Html {
  return new Html(text);
}

/** JSON as the content of a script element: no `<` is left to end it, or to open a comment. */
export function jsonForScript(value: unknown): Html {
  return new Html(
    JSON.stringify(value).replace(
      /[<>\u2028\u2029]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );
}

function write(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(write).join('');
  return String(part).replace(/[&<>"'`]/g, (c) => `&#${c.charCodeAt(0)};`);
}

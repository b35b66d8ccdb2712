// JSON as a tree that opens and closes, with the elements that a browser has for that. What is closed is made when it
// is opened first, and no level has more than a bounded number of members, so that 64 KiB of `[[[[` cost nothing.

const MAX_MEMBERS = 200;
const MAX_TEXT_CHARS = 5000;
const MAX_PREVIEW_CHARS = 60;
/** Levels that are open from the start, where they are short. */
const OPEN_LEVELS = 2;
const MAX_OPEN_MEMBERS = 40;

/** The element of a JSON value. */
export function jsonTree(value: unknown): HTMLElement {
  const tree = document.createElement('div');
  tree.className = 'json';
  if (isNested(value)) tree.append(...membersOf(value, 1));
  else tree.append(leafOf(value));
  return tree;
}

type Nested = readonly unknown[] | Readonly<Record<string, unknown>>;

const isNested = (value: unknown): value is Nested => typeof value === 'object' && value !== null;

function membersOf(value: Nested, level: number): HTMLElement[] {
  const entries = Object.entries(value);
  const shown = entries.slice(0, MAX_MEMBERS).map(([name, member]) => memberOf(name, member, level));
  if (entries.length === 0)
    return [span('empty', Array.isArray(value) ? 'an empty list' : 'an empty object')];
  if (entries.length > MAX_MEMBERS) shown.push(span('more', `… and ${entries.length - MAX_MEMBERS} more`));
  return shown;
}

function memberOf(name: string, value: unknown, level: number): HTMLElement {
  const key = span('key', name);
  if (!isNested(value) || Object.keys(value).length === 0) {
    const line = document.createElement('div');
    line.className = 'member';
    line.append(key, isNested(value) ? span('empty', Array.isArray(value) ? '[ ]' : '{ }') : leafOf(value));
    return line;
  }
  const details = document.createElement('details');
  const summary = document.createElement('summary');
  summary.append(key, span('preview', previewOf(value)));
  details.append(summary);
  const fill = () => {
    if (details.childElementCount === 1) details.append(...membersOf(value, level + 1));
  };
  details.addEventListener('toggle', () => details.open && fill());
  if (level < OPEN_LEVELS && Object.keys(value).length <= MAX_OPEN_MEMBERS) {
    fill();
    details.open = true;
  }
  return details;
}

function leafOf(value: unknown): HTMLElement {
  const kind = value === null ? 'null' : typeof value;
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  const cut = text.length > MAX_TEXT_CHARS ? `${text.slice(0, MAX_TEXT_CHARS)}…` : text;
  return span(kind, cut);
}

function previewOf(value: Nested): string {
  const names = Object.keys(value);
  if (Array.isArray(value)) return `[${names.length}]`;
  const list = names.slice(0, 8).join(', ');
  return list.length > MAX_PREVIEW_CHARS || names.length > 8
    ? `{ ${list.slice(0, MAX_PREVIEW_CHARS)} … }`
    : `{ ${list} }`;
}

function span(className: string, text: string): HTMLElement {
  const element = document.createElement('span');
  element.className = className;
  element.textContent = text;
  return element;
}

// What `holdfast serve` prints when it listens: where, and what to try.

import { relative } from 'node:path';

export interface Welcome {
  readonly demo: boolean;
  /** The file that was started: it decides how the same command line is reached again. */
  readonly startedAs: string;
}

export function welcomeText(url: string, { demo, startedAs }: Welcome): string {
  const holdfast = startedAs.endsWith('.ts')
    ? `npx node ${relative(process.cwd(), startedAs)}`
    : 'npx holdfast';
  const at = url === 'http://127.0.0.1:8080' ? '' : ` --url ${url}`;
  const pattern = demo ? 'host/**' : '**';
  return `Holdfast listens on ${url}

  look       ${url}/
  subscribe  curl -N '${url}/stream?topic=${pattern}'
  publish    ${holdfast} pub greetings 'hello, world'${at}

Ctrl-C stops it.
`;
}

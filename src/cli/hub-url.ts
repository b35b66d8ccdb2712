// `--url`: where a hub is.

import { usageError } from './usage-failure.ts';

/** @throws HoldfastError ERR_USAGE for what is no URL of a server, or holds credentials. */
export function parseHubUrl(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '')
    return url;
  throw usageError(
    `Option --url cannot be ${JSON.stringify(text)}`,
    'Write it as http://HOST:PORT, such as http://127.0.0.1:8080',
  );
}

/** The URL of a route of the hub, also where the hub is mounted deeper. */
export function routeUrl(hubUrl: URL, route: 'publish' | 'stream'): URL {
  return new URL(route, hubUrl.href.endsWith('/') ? hubUrl : `${hubUrl.href}/`);
}

// Reads the target of a request.

import { HoldfastError } from '../base/errors.ts';
import { shorten } from '../base/options.ts';

/**
 * The target may be a path or, from proxies, a whole URL; its host says nothing that a route needs.
 *
 * @throws HoldfastError ERR_NOT_FOUND, ERR_BAD_QUERY.
 */
export function readRequestUrl(target: string): URL {
  const url = URL.parse(target, 'http://hub.invalid');
  if (url !== null && !target.startsWith('//')) {
    checkQueryEncoding(url.search);
    return url;
  }
  throw new HoldfastError(
    'ERR_NOT_FOUND',
    `${JSON.stringify(shorten(target))} is no path`,
    'Ask for a path.',
  );
}

// URLSearchParams puts U+FFFD in place of bytes that are no UTF-8: that would be another topic, in silence.
function checkQueryEncoding(search: string): void {
  try {
    decodeURIComponent(search.replace(/%(?![0-9a-f]{2})/gi, '%25'));
  } catch (cause) {
    throw new HoldfastError(
      'ERR_BAD_QUERY',
      'The query is not percent-encoded UTF-8',
      'Encode parameters with encodeURIComponent or URLSearchParams.',
      { cause },
    );
  }
}

// Heads of requests, good and hostile, to compare readers with. As latin1 text, a character a byte.

import fc from 'fast-check';

const NAMES = [
  ...[
    'Host',
    'host',
    'Accept',
    'Last-Event-ID',
    'Cookie',
    'Connection',
    'Origin',
    'X-Forwarded-For',
    'Authorization',
  ],
  ...[
    'Content-Length',
    'Transfer-Encoding',
    'Upgrade',
    'Expect',
    'TE',
    'Trailer',
    'Keep-Alive',
    'Proxy-Connection',
  ],
  ...[
    'HTTP2-Settings',
    'Set-Cookie',
    'constructor',
    '__proto__',
    'x_y',
    'Host ',
    ' Host',
    '',
    'Ho\0st',
    'X-\xe9',
    'X-A\t',
  ],
];
const VALUES = [
  ...[
    'hub.example',
    'a',
    '',
    ' a ',
    'a b',
    'a\tb',
    '\ta',
    'keep-alive',
    'close',
    'Keep-Alive',
    'upgrade',
    'close, x',
  ],
  ...[
    '0',
    '5',
    '+5',
    'chunked',
    'Chunked',
    'gzip, chunked',
    '100-continue',
    'h2c',
    'abc123-7',
    'x'.repeat(3000),
  ],
  ...['a\rb', 'a\nb', 'a\0b', '\x7f', '\xff', 'a\r\n b', 'a:b', '"q"', 'x=1; y=2', 'a,b'],
];
const ENDS = ['\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r', '\r\r\n', '\r\n\r\n'];
const TARGETS = [
  ...[
    '/stream',
    '/stream?topic=a',
    '/stream?topic=a%2Fb&topic=**',
    '/stream?',
    '/stream?a=%',
    '/stream?topic=a?b',
  ],
  ...[
    '/stream/',
    '/streams',
    '//stream',
    '/stream#a',
    'http://a/stream',
    '*',
    '/stream?topic=\xe9',
    '/stream?a b',
    '',
  ],
  ...[
    '/stream?x="',
    '/stream?x=<>',
    '/stream?x=|',
    '/stream?x=\\',
    '/stream;a',
    '/../stream',
    '/stream?topic=a\0',
  ],
];
const METHODS = ['GET', 'GET', 'GET', 'GET', 'GET', 'HEAD', 'get', 'POST', 'GETX', 'PRI', '\r\nGET', ' GET'];
const VERSIONS = [
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/2.0',
  'http/1.1',
  'HTTP/1.1 ',
  '',
];
const TAILS = [
  '',
  '',
  '',
  '',
  '',
  '',
  'x',
  '\r\n',
  '5\r\nhello\r\n0\r\n\r\n',
  'GET /stream HTTP/1.1\r\nHost: a\r\n\r\n',
  '\0',
];

const field = fc
  .tuple(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...NAMES) },
      { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
    ),
    fc.constantFrom(':', ': ', ': ', ': ', ': ', ' : ', ':\t', '', '::'),
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...VALUES) },
      { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
    ),
    fc.constantFrom(...ENDS),
  )
  .map((parts) => parts.join(''));

/** A head put together from good and bad parts, mostly refused. */
export const hostileHead: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(...METHODS),
    fc.constantFrom(' ', ' ', ' ', ' ', ' ', '  ', '\t'),
    fc.constantFrom(...TARGETS),
    fc.constantFrom(' ', ' ', ' ', ' ', ' ', '  '),
    fc.constantFrom(...VERSIONS),
    fc.constantFrom(...ENDS),
    fc.constantFrom('', 'Host: a\r\n', 'Host: a\r\n', 'Host: a\r\n'),
    fc.array(field, { maxLength: 6 }).map((fields) => fields.join('')),
    fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r', ''),
    fc.constantFrom(...TAILS),
  )
  .map((parts) => parts.join(''));
/** A good head with at most one byte of it changed: that is where readers come to differ. */
export const mutatedHead: fc.Arbitrary<string> = fc
  .tuple(
    fc.subarray([
      'Accept: a',
      'Cookie: x=1; y',
      'X-A:',
      'Last-Event-ID: a-7',
      'Connection: close',
      'Origin:  b ',
    ]),
    fc.nat(),
    fc.option(fc.integer({ min: 0, max: 255 })),
  )
  .map(([fields, where, byte]) => {
    const lines = ['GET /stream?topic=a HTTP/1.1', 'Host: a', ...fields, '', ''];
    const bytes = Buffer.from(lines.join('\r\n'), 'latin1');
    if (byte !== null) bytes[where % bytes.length] = byte;
    return bytes.toString('latin1');
  });

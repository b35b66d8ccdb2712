// Files that a hub serves beside its routes, such as the console: few, small, and in memory.

import { hash } from 'node:crypto';
import type { Route } from './route.ts';

export interface Asset {
  /** The path that it answers, such as `/` or `/console/app.js`. */
  readonly path: string;
  readonly contentType: string;
  readonly body: Uint8Array;
}

// Nothing from elsewhere, nothing inline, no text that becomes markup, in nobody's frame.
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
    "require-trusted-types-for 'script'; trusted-types 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;

/** The route of one asset. */
export function assetRoute(asset: Asset): Route {
  const etag = `"${hash('sha256', asset.body, 'hex').slice(0, 16)}"`;
  return {
    path: asset.path,
    methods: ['GET', 'HEAD'],
    answer({ headers: asked }) {
      const headers = { ...SECURITY_HEADERS, 'cache-control': 'no-cache', etag };
      if (asked['if-none-match'] === etag) return { status: 304, headers, body: undefined };
      return { status: 200, headers: { ...headers, 'content-type': asset.contentType }, body: asset.body };
    },
  };
}

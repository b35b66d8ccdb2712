import { createHub, openAccess } from 'holdfast';

// Next.js loads this file more than once; the hub has to be one.
globalThis.hub ??= startHub();
const { hub } = globalThis;

function startHub() {
  const started = createHub({ basePath: '/feed', authorize: openAccess }); // for a closed network; see authorize.ts
  // Next.js waits for open connections: they are streams, and end with their last event sent.
  process.once('SIGTERM', () => started.close());
  return started;
}

export const dynamic = 'force-dynamic'; // never at build time, never from a cache

export const GET = (request) => hub.fetch(request);
export const POST = GET;

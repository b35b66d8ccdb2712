// The head of every event stream.

export const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  // no-transform: proxies and middleware that compress would hold events back.
  'cache-control': 'no-cache, no-transform',
  // nginx and its kin buffer responses unless told not to.
  'x-accel-buffering': 'no',
} as const;

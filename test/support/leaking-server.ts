// A plain node:http server of event streams as a process of its own, for soaks: it keeps a given number of bytes of
// each connection that has ended, or nothing. It publishes what it costs at /metrics, under the names of prom-client.
//
//   node test/support/leaking-server.ts [bytes kept a connection] [port]

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  constants,
  monitorEventLoopDelay,
  PerformanceObserver,
  type PerformanceObserverEntryList,
} from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';

const [keptBytes = 0, port = 0] = process.argv.slice(2).map(Number);
/** An array of doubles and its two headers. */
const HEADER_BYTES = 48;
const MAX_BODY_BYTES = 1024 * 1024;

const kept: number[][] = [];
const streams = new Set<ServerResponse>();
const loopDelay = monitorEventLoopDelay({ resolution: 10 });
loopDelay.enable();
type GcEntry = ReturnType<PerformanceObserverEntryList['getEntries']>[number] & { detail: { kind: number } };
const gc = { seconds: 0, full: 0 };
new PerformanceObserver((list) => {
  for (const { duration, detail } of list.getEntries() as GcEntry[]) {
    gc.seconds += duration / 1000;
    if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) gc.full++;
  }
}).observe({ entryTypes: ['gc'] });

const server = createServer((request, response) => {
  if (request.method === 'POST') publish(request, response);
  else if (request.url === '/metrics') response.end(metrics());
  else stream(response);
});
server.listen(port, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
// It ends with whoever started it.
process.stdin.resume().once('end', () => process.exit());

function stream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write('retry: 1000\n\n');
  streams.add(response);
  response.once('close', () => {
    streams.delete(response);
    if (keptBytes > 0) kept.push(new Array<number>((keptBytes - HEADER_BYTES) / 8).fill(Math.random()));
  });
}

function publish(request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => {
    body += text;
    if (body.length > MAX_BODY_BYTES) request.destroy();
  });
  request.on('end', () => {
    for (const line of body.split('\n')) {
      const block = `data: ${(JSON.parse(line) as { data: string }).data}\n\n`;
      for (const one of streams) one.write(block);
    }
    response.end();
  });
}

function metrics(): string {
  const { heapUsed } = process.memoryUsage();
  const lag = loopDelay.percentile(99) / 1e9;
  loopDelay.reset();
  return [
    '# HELP nodejs_heap_size_used_bytes Process heap size used from Node.js in bytes.',
    '# TYPE nodejs_heap_size_used_bytes gauge',
    `nodejs_heap_size_used_bytes ${heapUsed}`,
    '# TYPE nodejs_eventloop_lag_p99_seconds gauge',
    `nodejs_eventloop_lag_p99_seconds ${lag}`,
    '# TYPE nodejs_gc_duration_seconds histogram',
    `nodejs_gc_duration_seconds_sum{kind="all"} ${gc.seconds}`,
    `nodejs_gc_duration_seconds_count{kind="major"} ${gc.full}`,
    '# TYPE nodejs_heap_space_size_used_bytes gauge',
    ...getHeapSpaceStatistics().map(
      ({ space_name, space_used_size }) =>
        `nodejs_heap_space_size_used_bytes{space="${space_name.replace(/_space$/, '')}"} ${space_used_size}`,
    ),
    '',
  ].join('\n');
}

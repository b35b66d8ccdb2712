// Fills the heap of a Node.js process until V8 gives up and aborts it. SIGUSR1 makes Node open its inspector, and there
// the process is told to keep what it allocates.

import { setTimeout as delay } from 'node:timers/promises';
import { integer } from '../../base/options.ts';
import { firstReason, needsProcess, pidOption } from './needs.ts';
import { faultFailed, nothingToUndo, systemFaultKind } from './system-fault.ts';

const POLL_MS = 50;
const LIMIT_MS = 10_000;
/** Strings of 8 MiB that are kept, a few in each turn: V8 collects, finds nothing, and ends with exit code 134. */
const FILL = `(() => { const kept = []; const fill = () => { for (let i = 0; i < 8; i++) kept.push(Array.from({ length: 1e6 }, (_, n) => n + Math.random())); setImmediate(fill); }; globalThis.__kept = kept; fill(); return process.pid; })()`;

export const heapExhaustion = systemFaultKind({
  kind: 'heap-exhaustion',
  summary: 'a Node.js process runs out of heap and aborts',
  options: { ...pidOption, inspectPort: integer(9229, 1, 65_535) },
  required: ['pid'],
  unavailable: ({ pid }) =>
    firstReason(
      process.platform === 'win32' ? 'it needs signals' : undefined,
      needsProcess(pid),
      pid === process.pid ? 'it would end this process' : undefined,
    ),
  async make({ pid, inspectPort }) {
    try {
      process.kill(pid, 'SIGUSR1');
      const url = await debuggerUrl(inspectPort);
      if ((await evaluate(url, 'process.pid')) !== pid) {
        throw new Error(`the inspector on port ${inspectPort} belongs to another process`);
      }
      // The answer may never come: by then the process is busy dying.
      void evaluate(url, FILL).catch(() => {});
    } catch (cause) {
      throw faultFailed(`The heap of process ${pid} cannot be filled`, cause);
    }
    return nothingToUndo;
  },
});

async function debuggerUrl(port: number): Promise<string> {
  const untilMs = performance.now() + LIMIT_MS;
  for (;;) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/json/list`, {
        signal: AbortSignal.timeout(LIMIT_MS),
      });
      const [target] = (await response.json()) as { webSocketDebuggerUrl?: string }[];
      if (target?.webSocketDebuggerUrl !== undefined) return target.webSocketDebuggerUrl;
    } catch (error) {
      if (performance.now() > untilMs) throw error;
    }
    await delay(POLL_MS);
  }
}

function evaluate(url: string, expression: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    const timer = setTimeout(() => end(new Error('the inspector does not answer')), LIMIT_MS);
    const end = (error?: Error, value?: unknown) => {
      clearTimeout(timer);
      socket.close();
      if (error === undefined) resolve(value);
      else reject(error);
    };
    socket.onopen = () =>
      socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } }));
    socket.onmessage = ({ data }) => {
      const { id, result } = JSON.parse(String(data)) as {
        id?: number;
        result?: { result?: { value?: unknown } };
      };
      if (id === 1) end(undefined, result?.result?.value);
    };
    socket.onerror = () => end(new Error('the inspector closed the connection'));
  });
}

// Asks the hub the question that matters: does an event that is published come out of a stream? It publishes
// to `$canary` and waits for it on a stream of its own, through log, announce, fan-out and outlet.

import { randomUUID } from 'node:crypto';
import { HoldfastError } from '../base/errors.ts';
import type { EventLog } from '../log/event-log.ts';
import { EventStreamParser } from '../wire/index.ts';
import type { Chunk } from './chunk.ts';
import type { Outlet, OutletListener } from './outlet.ts';
import { parseSubscription } from './parse-subscription.ts';
import type { Shard } from './shard.ts';
import type { Stream } from './stream.ts';

const CANARY_TOPIC = '$canary';

/** An outlet inside the process, which hands out the data of the events that it is written. */
class CanaryOutlet implements Outlet {
  listener: OutletListener | undefined;
  readonly lane = 'inside';
  readonly socket = undefined;
  readonly unsentBytes = 0;
  readonly #parser: EventStreamParser;
  readonly #onEnd: () => void;

  constructor(onData: (data: string) => void, onEnd: () => void) {
    this.#onEnd = onEnd;
    this.#parser = new EventStreamParser({ onEvent: (event) => onData(event.data) });
  }

  write(chunk: Chunk): boolean {
    this.#parser.push(chunk.bytes);
    return true;
  }

  end(): void {
    this.#onEnd();
    queueMicrotask(() => this.listener?.onClose('client-left'));
  }

  reset(): void {
    this.end();
  }
}

/**
 * Publishes one canary event and resolves when it has come back.
 *
 * @throws HoldfastError ERR_NOT_READY when it does not within `timeoutMs`, ERR_HUB_CLOSED.
 */
export async function flyCanary(log: EventLog, shard: Shard, timeoutMs: number): Promise<void> {
  shard.checkAdmission();
  const token = randomUUID();
  let stream: Stream | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(notBack(timeoutMs)), timeoutMs);
      stream = shard.open({
        outlet: new CanaryOutlet(
          (data) => {
            if (data === token) resolve();
          },
          () => reject(notBack(timeoutMs)),
        ),
        patterns: parseSubscription([CANARY_TOPIC], 1),
        start: { position: log.head, isResume: false, gap: undefined },
        expiresAtMs: Number.POSITIVE_INFINITY,
      });
      log.append([{ topic: CANARY_TOPIC, data: token }]).catch(reject);
    });
  } finally {
    clearTimeout(timer);
    if (stream !== undefined) shard.end(stream, 'client-left');
  }
}

function notBack(timeoutMs: number): HoldfastError {
  return new HoldfastError(
    'ERR_NOT_READY',
    `A canary event did not come back within ${timeoutMs} ms`,
    'Send new streams elsewhere until it does; the log or the event loop of this hub is stuck.',
  );
}

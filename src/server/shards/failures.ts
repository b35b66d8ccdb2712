// What goes wrong between the processes of a hub.

import { HoldfastError } from '../../base/errors.ts';

export function primaryFailure(why: string): HoldfastError {
  return new HoldfastError(
    'ERR_NOT_READY',
    `The primary process of the hub ${why}`,
    'Look at the log of the hub.',
  );
}

export function workerFailure(number: number, why: string): HoldfastError {
  return new HoldfastError(
    'ERR_NOT_READY',
    `Worker ${number} of the hub ${why}`,
    'Look at the log of the hub.',
  );
}

export function workerLost(number: number, how: string): HoldfastError {
  return new HoldfastError(
    'ERR_WORKER_LOST',
    `Worker ${number} ended before it could listen (${how})`,
    'Look at what it wrote; with --workers 1 everything runs in one process.',
  );
}

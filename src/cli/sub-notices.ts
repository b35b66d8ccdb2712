// What `holdfast sub` says besides the events, in words.

import { HoldfastError } from '../base/errors.ts';
import type { Closed, FollowItem, GapReason, Lost } from '../client/index.ts';
import { inWords } from './publish-request.ts';

/** What is worth a line on standard error, beside the events. */
export function noticeOf(item: FollowItem, isBack: boolean): string | undefined {
  switch (item.kind) {
    case 'open':
      return isBack && item.lastEventId !== '' ? `Back; goes on after ${item.lastEventId}` : undefined;
    case 'gap':
      return `Events are missing between ${item.from || 'the id given'} and ${item.to}: ${gapReasons[item.reason]}`;
    case 'skipped':
      return `An event of more than ${item.limitBytes} bytes was left out`;
    case 'end':
      return item.topic === undefined ? undefined : `The topic ${item.topic} has ended`;
    case 'lost':
      return `${inWords(item.detail)}; trying again`;
    default:
      return undefined;
  }
}

const gapReasons = {
  trimmed: 'the log no longer has them',
  epoch: 'the log is another one',
  unknown: 'the id is none of this log',
} as const satisfies Record<GapReason, string>;

/** No stream at all, at the first attempt. */
export function notThere({ reason, detail }: Lost, url: URL): HoldfastError {
  return new HoldfastError(
    reason === 'status' ? 'ERR_REFUSED' : 'ERR_UNREACHABLE',
    `No stream from ${url.origin}: ${inWords(detail)}`,
    'Start a hub with `holdfast serve`, say where it is with --url, or let it --wait',
  );
}

/** An answer that no further attempt would change. */
export function refused({ status, detail }: Closed): HoldfastError {
  return status === 200
    ? new HoldfastError('ERR_NOT_A_STREAM', detail, 'Check that --url names a Holdfast hub')
    : new HoldfastError('ERR_REFUSED', `The hub refuses with ${detail}`, refusalHelp(status));
}

function refusalHelp(status: number | undefined): string {
  if (status === 401 || status === 403) return 'Give credentials with --header';
  return status === 404 ? 'Check that --url names a Holdfast hub' : '';
}

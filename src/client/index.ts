// The subpath export `holdfast/client`: follows an event stream through every reconnect, in browsers and Node.js,
// without dependencies.

export type { EndReason, GapReason } from '../wire/index.ts';
export { type Follower, follow } from './follow.ts';
export type { Closed, FollowItem, Lost, Opened, ReceivedEvent, Skipped } from './follow-item.ts';
export type { FollowOptions, HeaderSource } from './follow-options.ts';

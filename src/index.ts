// The library: a hub to mount in any Node server, and a stream for one response of the application's own.

export { type ErrorCode, HoldfastError } from './base/errors.ts';
export type { Logger } from './base/logger.ts';
export {
  type AccessRequest,
  type Authorize,
  type Grant,
  openAccess,
  type Refusal,
  subscribeOnly,
} from './http/authorization.ts';
export { createHub, type Hub } from './http/create-hub.ts';
export type { DrainOptions } from './http/drain-options.ts';
export type { Front, FrontOptions } from './http/front/front.ts';
export type { HubOptions, WrapOutlet } from './http/hub-options.ts';
export { openStream, type WebEventStream } from './http/open-stream.ts';
export type { EventStream, SentEvent, StreamOptions } from './http/own-stream.ts';
export { Chunk } from './hub/chunk.ts';
export type { PublishedEvent } from './hub/draft.ts';
export type { HubStats } from './hub/hub-core.ts';
export type { Lane, Outlet, OutletListener } from './hub/outlet.ts';
export { OutletWrapper } from './hub/outlet-wrapper.ts';
export { type AnswerOptions, type PublishedAnswer, publishAnswer } from './hub/publish-answer.ts';
export type { EndReason } from './wire/index.ts';

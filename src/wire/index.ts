// The subpath export `holdfast/wire`: text/event-stream without Node, without dependencies.

export {
  CONTROL_TYPE,
  type ControlEvent,
  type EndReason,
  encodeControl,
  type GapReason,
} from './control.ts';
export { encodeComment, encodeCursor, encodeEvent, encodeRetry, type OutgoingEvent } from './encode.ts';
export { EventStreamParser, type ParsedEvent, type ParserOptions, type ParserProblem } from './parser.ts';

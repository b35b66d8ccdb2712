// The error codes of HTTP/2 (RFC 9113 7), and what each usually means for a stream that it ends.

export interface Http2Code {
  readonly name: string;
  readonly meaning: string;
}

const codes: readonly (readonly [name: string, meaning: string])[] = [
  ['NO_ERROR', 'no error'],
  ['PROTOCOL_ERROR', 'the other side broke the protocol, for example with a `connection` header'],
  ['INTERNAL_ERROR', 'the sender failed: a panic in a handler, or the WriteTimeout of a Go server'],
  ['FLOW_CONTROL_ERROR', 'flow control was broken'],
  ['SETTINGS_TIMEOUT', 'SETTINGS were not acknowledged in time'],
  ['STREAM_CLOSED', 'a frame came for a closed stream'],
  ['FRAME_SIZE_ERROR', 'a frame had a wrong size'],
  ['REFUSED_STREAM', 'the request was not worked on; it is safe to send it again'],
  ['CANCEL', 'the stream is no longer wanted'],
  ['COMPRESSION_ERROR', 'header compression broke'],
  ['CONNECT_ERROR', 'the connection of a CONNECT was lost'],
  ['ENHANCE_YOUR_CALM', 'protection from too many PINGs or resets'],
  ['INADEQUATE_SECURITY', 'the TLS of the connection does not suffice'],
  ['HTTP_1_1_REQUIRED', 'HTTP/1.1 is asked for'],
];

export const NO_ERROR = 0;
export const CANCEL = 8;

export function http2Code(code: number): Http2Code {
  const [name, meaning] = codes[code] ?? [`code 0x${code.toString(16)}`, 'an unknown code'];
  return { name, meaning };
}

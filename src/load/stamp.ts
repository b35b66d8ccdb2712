// What the tool writes into each payload, and how it finds it again in whatever the server made of it: the
// stamp has only letters, digits and dots, so no JSON escaping changes it.
//
//   hf1.<run>.<topic>.<seq>.<sentUs>.xxxxxx
//
// It says nothing about streams and keeps no state; who should have got what is the ledger's business.

/** The place of one event in the run. */
export interface Stamp {
  /** 6 characters `[a-z0-9]`; a stamp of another run is not ours. */
  readonly run: string;
  /** Index of the topic, from 0 to 9,999,999. */
  readonly topic: number;
  /** From 1 and consecutive for each topic, to 4,294,967,294. */
  readonly seq: number;
  /** When the event was to be sent, on the clock of `nowUs`. Not when it was: a late sender must show. */
  readonly sentUs: number;
}

/** The shortest payload; every stamp fits. */
export const MIN_PAYLOAD_BYTES = 48;
export const MAX_TOPIC_INDEX = 9_999_999;
/** One below the largest that fits 32 bits, which the ledger keeps for itself. */
export const MAX_SEQ = 4_294_967_294;

const PREFIX = 'hf1.';
const RUN_LENGTH = 6;
const DOT = 0x2e;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const MAX_DIGITS = 16;

/**
 * The payload of one event, padded with `x`.
 *
 * @throws RangeError for a part out of its range, or fewer than 48 bytes.
 */
export function encodeStamp(stamp: Stamp, payloadBytes: number): string {
  const { run, topic, seq, sentUs } = stamp;
  if (!/^[a-z0-9]{6}$/.test(run)) throw new RangeError(`Expected a run of 6 characters [a-z0-9], got ${run}`);
  checkRange('topic', topic, 0, MAX_TOPIC_INDEX);
  checkRange('seq', seq, 1, MAX_SEQ);
  checkRange('sentUs', sentUs, 0, Number.MAX_SAFE_INTEGER);
  checkRange('payloadBytes', payloadBytes, MIN_PAYLOAD_BYTES, Number.MAX_SAFE_INTEGER);
  return `${PREFIX}${run}.${topic}.${seq}.${sentUs}.`.padEnd(payloadBytes, 'x');
}

/**
 * The first stamp of the run in `data`, wherever it stands; undefined when there is none. It reads data from
 * servers that are not ours: no content makes it throw or look at a character more than a few times.
 */
export function readStamp(data: string, run: string): Stamp | undefined {
  let at = data.indexOf(PREFIX);
  while (at !== -1) {
    const stamp = readStampAt(data, at + PREFIX.length, run);
    if (stamp !== undefined) return stamp;
    at = data.indexOf(PREFIX, at + PREFIX.length);
  }
  return undefined;
}

function readStampAt(data: string, start: number, run: string): Stamp | undefined {
  if (!data.startsWith(run, start) || data.charCodeAt(start + RUN_LENGTH) !== DOT) return undefined;
  const topicAt = start + RUN_LENGTH + 1;
  const topicEnd = digitsEnd(data, topicAt);
  const seqEnd = digitsEnd(data, topicEnd + 1);
  const sentEnd = digitsEnd(data, seqEnd + 1);
  if (topicEnd === NOT_DIGITS || seqEnd === NOT_DIGITS || sentEnd === NOT_DIGITS) return undefined;
  const topic = numberAt(data, topicAt, topicEnd);
  const seq = numberAt(data, topicEnd + 1, seqEnd);
  const sentUs = numberAt(data, seqEnd + 1, sentEnd);
  if (topic > MAX_TOPIC_INDEX || seq < 1 || seq > MAX_SEQ || sentUs > Number.MAX_SAFE_INTEGER)
    return undefined;
  return { run, topic, seq, sentUs };
}

// Index -1 is never the end of digits, and +1 of it is 0: a failure is seen at the end, not at each step.
const NOT_DIGITS = -1;

/** The index of the dot that ends 1 to 16 digits. */
function digitsEnd(data: string, start: number): number {
  let at = start;
  while (at - start <= MAX_DIGITS) {
    const code = data.charCodeAt(at);
    if (code === DOT) return at > start ? at : NOT_DIGITS;
    if (!(code >= DIGIT_0 && code <= DIGIT_9)) return NOT_DIGITS;
    at++;
  }
  return NOT_DIGITS;
}

function numberAt(data: string, start: number, end: number): number {
  let number = 0;
  // The digit first: with the character's code in it the sum of a large number would be rounded.
  for (let at = start; at < end; at++) number = number * 10 + (data.charCodeAt(at) - DIGIT_0);
  return number;
}

function checkRange(name: string, given: number, minimum: number, maximum: number): void {
  if (Number.isSafeInteger(given) && given >= minimum && given <= maximum) return;
  throw new RangeError(`Expected \`${name}\` to be an integer from ${minimum} to ${maximum}, got ${given}`);
}

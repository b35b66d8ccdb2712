// Checks what a client subscribes to.

import { HoldfastError } from '../base/errors.ts';
import { shorten } from '../base/options.ts';
import { type Pattern, parsePattern } from './pattern.ts';

/**
 * Reads the patterns of a subscription.
 *
 * @throws HoldfastError ERR_NO_TOPIC, ERR_TOO_MANY_TOPICS, ERR_BAD_PATTERN.
 */
export function parseSubscription(texts: readonly string[], maxTopics: number): Pattern[] {
  if (texts.length === 0) {
    throw new HoldfastError(
      'ERR_NO_TOPIC',
      'The subscription names no topic',
      'Add at least one, such as /stream?topic=orders/42 or /stream?topic=orders/**.',
    );
  }
  if (texts.length > maxTopics) {
    throw new HoldfastError(
      'ERR_TOO_MANY_TOPICS',
      `The subscription names ${texts.length} topics, and \`maxTopics\` is ${maxTopics}`,
      'Use patterns, several streams, or raise `maxTopics`.',
    );
  }
  return texts.map((text) => {
    const parsed = parsePattern(text);
    if ('pattern' in parsed) return parsed.pattern;
    throw new HoldfastError(
      'ERR_BAD_PATTERN',
      `${JSON.stringify(shorten(text))} is no topic or pattern: ${parsed.problem}`,
      'A pattern is a topic in which a whole segment may be * (one segment) or, last only, ** (any number).',
    );
  });
}

// Foreign text for a terminal: no control sequences, no line ends, nothing that turns the direction of writing.

export function clean(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
}

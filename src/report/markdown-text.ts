// Foreign text in Markdown: what could be markup, a link or a mention becomes a code span, where nothing is read.

export function foreign(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
  if (/^[\p{L}\p{N} .,:;%()+=/'-]*$/u.test(line) && !/\/\/|www\.|^(?:[-+=]+|\d+[.)])(?:\s|$)/i.test(line))
    return line;
  const longest = Math.max(0, ...Array.from(line.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  // A pipe ends a cell even within a code span, and a backslash before it only there makes it a pipe.
  return `${fence} ${line.replaceAll('|', '\\|')} ${fence}`;
}

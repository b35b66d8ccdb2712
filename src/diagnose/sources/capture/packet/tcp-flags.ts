// The flags of a TCP header.

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const ACK = 0x10;

const LETTERS = 'CEUAPRSF';

/** The flags that are set, in the order of the header: `AR`, `S`. */
export function flagLetters(flags: number): string {
  let text = '';
  for (let bit = 0; bit < LETTERS.length; bit++) {
    if ((flags & (0x80 >> bit)) !== 0) text += LETTERS[bit];
  }
  return text;
}

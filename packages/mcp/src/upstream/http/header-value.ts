const PLAIN = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/;
const [BEGIN, END] = ['=?base64?', '?='];

/** A text as the value of a header: as it is where that is safe and not ambiguous, else in base64. */
export function headerValue(text: string): string {
  const isPlain = PLAIN.test(text) && !(text.startsWith(BEGIN) && text.endsWith(END));
  return isPlain ? text : `${BEGIN}${Buffer.from(text).toString('base64')}${END}`;
}

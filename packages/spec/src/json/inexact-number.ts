import { type Finding, jsonPointer } from '../base/finding.ts';

/** An integer that a double does not hold has at least 16 digits. */
const MANY_DIGITS = /[0-9][0-9.]{15}/;
const NUMBER = /-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const PARTS = /^-?([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/;
const MESSAGE = 'This integer is beyond 2^53 and would silently become another one. Send it as text.';

/**
 * The first integer of a syntactically correct JSON text that an IEEE 754 double does not hold, so that it
 * would change on the way; null where there is none (section 9.1). A number with a fraction is approximate
 * anyway and never found.
 *
 * @example
 * import { inexactNumber } from '@wcp/spec/json';
 *
 * inexactNumber('{"account":9007199254740993}'); // { path: '/account', code: 'NUMBER_NOT_EXACT', … }
 * inexactNumber('{"account":"9007199254740993"}'); // null
 */
export function inexactNumber(text: string): Finding | null {
  if (!MANY_DIGITS.test(text)) return null;
  const path: (string | number)[] = [];
  let name = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if (character === '"') {
      const end = stringEnd(text, at);
      name = text.slice(at, end + 1);
      at = end;
    } else if (character === '-' || (character >= '0' && character <= '9')) {
      const number = numberAt(text, at);
      if (!isExact(number)) return { path: jsonPointer(path), code: 'NUMBER_NOT_EXACT', message: MESSAGE };
      at += number.length - 1;
    } else move(path, character, name);
  }
  return null;
}

/** Follows the structure of the text: the last segment is a name or an index. */
function move(path: (string | number)[], character: string, name: string): void {
  const last = path.length - 1;
  if (character === '{') path.push('');
  else if (character === '[') path.push(0);
  else if (character === '}' || character === ']') path.pop();
  else if (character === ':') path[last] = JSON.parse(name);
  else if (character === ',' && typeof path[last] === 'number') path[last] += 1;
}

function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function numberAt(text: string, at: number): string {
  NUMBER.lastIndex = at;
  return NUMBER.exec(text)?.[0] ?? '-';
}

/** Whether a number has a fraction, is beyond the doubles, or is the integer that its double is. */
function isExact(literal: string): boolean {
  const value = Math.abs(Number(literal));
  if (!(value > Number.MAX_SAFE_INTEGER) || value === Number.POSITIVE_INFINITY) return true;
  const [, whole = '', fraction = '', exponent = '0'] = PARTS.exec(literal) as RegExpExecArray;
  const written = (whole + fraction).replace(/^0+/, '');
  let end = written.length;
  while (written[end - 1] === '0') end -= 1;
  const zeros = Number(exponent) - fraction.length + written.length - end;
  return zeros < 0 || BigInt(written.slice(0, end)) * 10n ** BigInt(zeros) === BigInt(value);
}

import type { Problem } from '../base/problem.ts';

/** What some editors and shells write before a text: nobody sees it, and JSON does not allow it. */
const MARK = '\ufeff';
/** Why a text with a byte order mark is refused, in words for its author. */
export const BYTE_ORDER_MARK = 'This begins with a byte order mark. Save it as UTF-8 without one.';

/** Whether a text begins with a byte order mark. */
export function hasByteOrderMark(text: string): boolean {
  return text.startsWith(MARK);
}

/** The problem of a line that begins with a byte order mark. */
export function byteOrderMarkProblem(file: string, line: number): Problem {
  const place = { line, column: 1 };
  return { level: 'error', file, place, path: null, code: 'BYTE_ORDER_MARK', message: BYTE_ORDER_MARK };
}

import { WcpError } from './error.ts';

const LAST_YEAR = 9999;
const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** Where the parts of `YYYY-MM-DDTHH:MM:SS` begin, and where it ends. */
const [MONTH, DAY, HOUR, MINUTE, SECOND, END] = [5, 8, 11, 14, 17, 19];
const MAX_FRACTION_LENGTH = 9;

/**
 * Whether a text is an instant as this protocol writes it: RFC 3339, UTC, `Z`, a date that exists. There is
 * no year 0000: many languages have none.
 *
 * @example
 * import { isTime } from '@wcp/spec/document';
 *
 * isTime('2026-02-28T23:59:59.5Z'); // true
 * isTime('2026-02-30T00:00:00Z'); // false: there is no such date
 */
export function isTime(text: string): boolean {
  const month = two(text, MONTH);
  const day = two(text, DAY);
  return (
    text[4] === '-' &&
    text[7] === '-' &&
    text[10] === 'T' &&
    text[13] === ':' &&
    text[16] === ':' &&
    hasEnd(text) &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysOf(yearOf(text), month) &&
    yearOf(text) >= 1 &&
    isBelow(24, two(text, HOUR)) &&
    isBelow(60, two(text, MINUTE)) &&
    isBelow(60, two(text, SECOND))
  );
}

/** Whether the time ends in `Z`, after nothing or a fraction of one to nine digits. */
function hasEnd(text: string): boolean {
  const last = text.length - 1;
  if (text[last] !== 'Z' || last === END) return last === END && text[END] === 'Z';
  if (text[END] !== '.' || last < END + 2 || last > END + 1 + MAX_FRACTION_LENGTH) return false;
  for (let index = END + 1; index < last; index += 1) if (digit(text, index) < 0) return false;
  return true;
}

function isBelow(limit: number, value: number): boolean {
  return value >= 0 && value < limit;
}

/** The year, or a negative number where there is none. */
function yearOf(text: string): number {
  const [century, rest] = [two(text, 0), two(text, 2)];
  return century < 0 || rest < 0 ? -1 : century * 100 + rest;
}

/** The number that two digits write, or a negative one where they are not digits. */
function two(text: string, index: number): number {
  const [tens, ones] = [digit(text, index), digit(text, index + 1)];
  return tens < 0 || ones < 0 ? -1 : tens * 10 + ones;
}

function digit(text: string, index: number): number {
  const value = text.charCodeAt(index) - 0x30;
  return value >= 0 && value <= 9 ? value : -1;
}

function daysOf(year: number, month: number): number {
  if (year < 0) return 0;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 && leap ? 29 : (DAYS_OF_MONTH[month - 1] as number);
}

/**
 * The instant that is whole seconds after another; the fraction stays as written. Done by hand: a
 * pure package has no `Date`.
 *
 * @throws {WcpError} `ERR_WCP_DOCUMENT` past the year 9999, which the form cannot hold
 * @example
 * import { addSeconds } from '@wcp/spec/document';
 *
 * addSeconds('2026-01-31T23:59:30.5Z', 60); // '2026-02-01T00:00:30.5Z'
 */
export function addSeconds(time: string, seconds: number): string {
  const ofDay = two(time, HOUR) * 3600 + two(time, MINUTE) * 60 + two(time, SECOND);
  const total = ofDay + seconds;
  const date = addDays(time, Math.floor(total / 86_400));
  const rest = total % 86_400;
  const clock = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60].map(padded).join(':');
  return `${date}T${clock}${time.slice(END)}`;
}

/** Days from 0000-03-01 to 1970-01-01, in the calendar that {@link isTime} knows. */
const DAYS_BEFORE_1970 = 719_468;

/**
 * The whole seconds from 1970 to an instant, negative before; the fraction is cut off.
 *
 * @example
 * import { epochSeconds } from '@wcp/spec/document';
 *
 * epochSeconds('1970-01-02T00:00:00.9Z'); // 86400
 */
export function epochSeconds(time: string): number {
  const month = two(time, MONTH);
  // A year that begins in March ends with its leap day, and the days before each of its months follow a rule.
  const year = yearOf(time) - (month < 3 ? 1 : 0);
  const leapDays = Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400);
  const before = Math.floor((((month + 9) % 12) * 153 + 2) / 5);
  const days = year * 365 + leapDays + before + two(time, DAY) - 1 - DAYS_BEFORE_1970;
  return days * 86_400 + two(time, HOUR) * 3600 + two(time, MINUTE) * 60 + two(time, SECOND);
}

function addDays(time: string, days: number): string {
  let year = yearOf(time);
  let month = two(time, MONTH);
  let day = two(time, DAY) + days;
  for (let length = daysOf(year, month); day > length; length = daysOf(year, month)) {
    day -= length;
    month = (month % 12) + 1;
    if (month === 1) year += 1;
  }
  if (year > LAST_YEAR)
    throw new WcpError('ERR_WCP_DOCUMENT', 'A time after the year 9999 cannot be written.');
  return `${String(year).padStart(4, '0')}-${padded(month)}-${padded(day)}`;
}

function padded(number: number): string {
  return String(number).padStart(2, '0');
}

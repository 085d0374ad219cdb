import { WcpError } from './error.ts';

const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const LAST_YEAR = 9999;
/** Where the digits of a time stand, and the signs between them. */
const FORM = 'dddd-dd-ddTdd:dd:dd';
const LONGEST_FRACTION = 9;

/** Whether a text is an instant as this protocol writes it: RFC 3339, UTC, `Z`, a date that exists. */
export function isTime(text: string): boolean {
  if (!hasForm(text)) return false;
  const month = number(text, 5, 7);
  const day = number(text, 8, 10);
  return (
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysOf(number(text, 0, 4), month) &&
    number(text, 11, 13) < 24 &&
    number(text, 14, 16) < 60 &&
    number(text, 17, 19) < 60
  );
}

/** Read by its characters: every decision looks at one time, and this is ten times a pattern's speed. */
function hasForm(text: string): boolean {
  const last = text.length - 1;
  if (last < FORM.length || last > FORM.length + 1 + LONGEST_FRACTION || text.charCodeAt(last) !== 0x5a)
    return false;
  for (let index = 0; index < FORM.length; index += 1) {
    const expected = FORM.charCodeAt(index);
    const fits = expected === 0x64 ? isDigit(text, index) : text.charCodeAt(index) === expected;
    if (!fits) return false;
  }
  return last === FORM.length || hasFraction(text, last);
}

function hasFraction(text: string, last: number): boolean {
  if (text.charCodeAt(FORM.length) !== 0x2e || last === FORM.length + 1) return false;
  for (let index = FORM.length + 1; index < last; index += 1) if (!isDigit(text, index)) return false;
  return true;
}

function isDigit(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0x30 && unit <= 0x39;
}

function number(text: string, from: number, to: number): number {
  let value = 0;
  for (let index = from; index < to; index += 1) value = value * 10 + text.charCodeAt(index) - 0x30;
  return value;
}

function daysOf(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 && leap ? 29 : (DAYS_OF_MONTH[month - 1] as number);
}

/**
 * The instant that is whole seconds after another; the fraction stays as written. Done by hand: a
 * pure package has no `Date`.
 *
 * @throws {WcpError} `ERR_WCP_DOCUMENT` past the year 9999, which the form cannot hold
 * @example addSeconds('2026-01-31T23:59:30.5Z', 60) // '2026-02-01T00:00:30.5Z'
 */
export function addSeconds(time: string, seconds: number): string {
  const ofDay = number(time, 11, 13) * 3600 + number(time, 14, 16) * 60 + number(time, 17, 19);
  const total = ofDay + seconds;
  const date = addDays(time, Math.floor(total / 86_400));
  const rest = total % 86_400;
  const clock = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60].map(two).join(':');
  return `${date}T${clock}${time.slice(19)}`;
}

function addDays(time: string, days: number): string {
  let year = number(time, 0, 4);
  let month = number(time, 5, 7);
  let day = number(time, 8, 10) + days;
  for (let length = daysOf(year, month); day > length; length = daysOf(year, month)) {
    day -= length;
    month = (month % 12) + 1;
    if (month === 1) year += 1;
  }
  if (year > LAST_YEAR)
    throw new WcpError('ERR_WCP_DOCUMENT', 'A time after the year 9999 cannot be written.');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

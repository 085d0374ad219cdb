import { TIME_PATTERN } from './schema/common.ts';

const FORM = new RegExp(TIME_PATTERN);
const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether a text is an instant as this protocol writes it: RFC 3339, UTC, `Z`, a date that exists. */
export function isTime(text: string): boolean {
  if (!FORM.test(text)) return false;
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8, 10));
  return (
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysOf(Number(text.slice(0, 4)), month) &&
    Number(text.slice(11, 13)) < 24 &&
    Number(text.slice(14, 16)) < 60 &&
    Number(text.slice(17, 19)) < 60
  );
}

function daysOf(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 && leap ? 29 : (DAYS_OF_MONTH[month - 1] as number);
}

/**
 * The instant that is whole seconds after another; the fraction stays as written. Done by hand: a
 * pure package has no `Date`.
 *
 * @example addSeconds('2026-01-31T23:59:30.5Z', 60) // '2026-02-01T00:00:30.5Z'
 */
export function addSeconds(time: string, seconds: number): string {
  const ofDay = Number(time.slice(11, 13)) * 3600 + Number(time.slice(14, 16)) * 60 + Number(time.slice(17, 19));
  const total = ofDay + seconds;
  const date = addDays(time, Math.floor(total / 86_400));
  const rest = total % 86_400;
  const clock = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60].map(two).join(':');
  return `${date}T${clock}${time.slice(19)}`;
}

function addDays(time: string, days: number): string {
  let year = Number(time.slice(0, 4));
  let month = Number(time.slice(5, 7));
  let day = Number(time.slice(8, 10)) + days;
  for (let length = daysOf(year, month); day > length; length = daysOf(year, month)) {
    day -= length;
    month = (month % 12) + 1;
    if (month === 1) year += 1;
  }
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

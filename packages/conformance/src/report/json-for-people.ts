import { visible } from '../base/quote.ts';

/** What stands between the cases of a report. */
export const REPORT_SEPARATOR = ',\n    ';

/** JSON on one line in which a terminal shows every character: controls and direction marks are escapes. */
export function jsonForPeople(value: unknown): string {
  return visible(JSON.stringify(value));
}

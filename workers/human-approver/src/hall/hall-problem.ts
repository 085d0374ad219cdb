import type { HallProblemError } from '@wcp/client';

/** Why a Hall did not do what it was asked: its own code, or one of {@link PROBLEMS}. */
export class HallProblem {
  readonly code: string;
  readonly message: string;

  constructor(code: string, message: string) {
    this.code = code;
    this.message = message;
  }
}

/** What goes wrong between here and the Hall. Nothing in it says where the Hall is. */
const PROBLEMS = {
  HALL_NOT_CONFIGURED:
    'The operator gives WCP_HALL_URL as http(s)://host[:port][/path] and WCP_HALL_KEY as the API key of a steward.',
  HALL_OUTSIDE_ENVELOPE:
    'The envelope of this worker does not let it reach the Hall, so nothing was asked of it: enrol the record that --record prints with WCP_HALL_URL set, and list a Hall with a private address in private_hosts of server.json.',
  HALL_UNREACHABLE:
    'The Hall cannot be reached. Whether it did what it was asked is not known: look again before you repeat it.',
  HALL_TIMEOUT:
    'The Hall took too long. Whether it did what it was asked is not known: look again before you repeat it.',
  HALL_ANSWER_TOO_LARGE: 'The Hall answered more than can be read.',
  HALL_ANSWER_INVALID: 'The Hall’s answer is not one that a Hall gives.',
} as const;

/** A code of {@link PROBLEMS}. */
export type ProblemCode = keyof typeof PROBLEMS;

/** The problem of a code. */
export function problem(code: ProblemCode): HallProblem {
  return new HallProblem(code, PROBLEMS[code]);
}

const MAX_DETAIL_LENGTH = 1000;

/** The problem that a Hall answered with, its texts cut to what a page can show. */
export function problemOf({ code, findings, problem: { detail } }: HallProblemError): HallProblem {
  const message = detail === '' ? 'The Hall refused.' : detail;
  // A single finding says what the detail says.
  const details = findings.length < 2 ? [] : findings.map(({ path, message: text }) => `${path}: ${text}`);
  return new HallProblem(code, [message, ...details].join(' ').slice(0, MAX_DETAIL_LENGTH));
}

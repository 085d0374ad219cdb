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

const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;
const MAX_DETAIL_LENGTH = 1000;

/** Reads a problem document (RFC 9457) of a Hall. */
export function readProblem(document: unknown): HallProblem {
  const { code, detail, findings } = Object(document) as Record<string, unknown>;
  if (typeof code !== 'string' || !CODE.test(code)) return problem('HALL_ANSWER_INVALID');
  const said = typeof detail === 'string' ? detail : 'The Hall refused.';
  return new HallProblem(code, [said, ...messagesOf(findings)].join(' ').slice(0, MAX_DETAIL_LENGTH));
}

/** What the findings say beyond the detail itself. */
function messagesOf(findings: unknown): string[] {
  if (!Array.isArray(findings) || findings.length < 2) return [];
  return findings.flatMap((finding) => {
    const { path, message } = Object(finding) as Record<string, unknown>;
    return typeof message === 'string' ? [`${String(path)}: ${message}`] : [];
  });
}

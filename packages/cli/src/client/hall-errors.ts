import { HallProblemError } from '@wcp/client';
import { type Finding, WcpError } from '@wcp/spec';
import { escapeText } from '@wcp/spec/json';
import { CliError, usageError } from '../base/cli-error.ts';
import { EXIT } from '../base/exit-code.ts';
import type { Problem } from '../base/problem.ts';
import { findingProblem, type JsonDocument } from '../input/json-document.ts';

/** The file that a request body was made from, and where it is in the body. */
export interface BodySource {
  readonly document: JsonDocument;
  /** A JSON Pointer. */
  readonly root: string;
}

/** The result of a request made from a file; findings of the Hall are reported at their places in it. */
export async function sentFrom<T>(source: BodySource, request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    throw error instanceof HallProblemError ? problemError(error, source) : error;
  }
}

/** The error that reports a failed call of a Hall to the user; null for any other error. */
export function hallErrorOf(error: unknown): CliError | null {
  if (error instanceof HallProblemError) return problemError(error, null);
  if (!(error instanceof WcpError)) return null;
  if (error.cause instanceof CliError) return error.cause;
  if (error.code === 'ERR_WCP_HALL') return usageError(error.message);
  const code = CODES[error.code];
  return code === undefined ? null : new CliError([hallProblem(code, escapeText(error.message))]);
}

/** The codes of this tool, by those of the client. */
const CODES: Readonly<Record<string, string>> = {
  ERR_WCP_HALL_UNREACHABLE: 'UNREACHABLE',
  ERR_WCP_HALL_TIMEOUT: 'UNREACHABLE',
  ERR_WCP_NOT_A_HALL: 'NOT_A_HALL',
  ERR_WCP_HALL_ANSWER: 'ANSWER_TOO_LARGE',
};

/** Not found, already over, or changed in the meantime: a finding, not a wrong command. */
const FOUND = new Set([404, 409, 410]);

/** What to do about a code, in addition to what the Hall says. */
const ADVICE: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: 'Give a key with --key or WCP_HALL_KEY.',
};

function problemError(error: HallProblemError, source: BodySource | null): CliError {
  const { status, code, problem, findings } = error;
  const located = findings.map((finding) => locate(finding, source));
  const sentence = located.length > 0 ? problem.title : error.message;
  const end = /[.:`!?]$/.test(sentence) ? '' : '.';
  const first = hallProblem(
    code,
    `${escapeText(sentence)}${end} ${Object.hasOwn(ADVICE, code) ? ADVICE[code] : ''}`.trim(),
  );
  return new CliError([first, ...located], FOUND.has(status) ? EXIT.found : EXIT.bad);
}

function locate({ path, code, message }: Finding, source: BodySource | null): Problem {
  if (source === null)
    return hallProblem(code, `${escapeText(path)}${path === '' ? '' : ': '}${escapeText(message)}`);
  const { document, root } = source;
  const within = path.startsWith(root) ? path.slice(root.length) : path;
  return findingProblem(
    document.file,
    { path: within, code, message: escapeText(message) },
    document.placeOf,
  );
}

/** Why there was no answer, by the system's code. */
const REASONS: Readonly<Record<string, (url: string) => string>> = {
  ECONNREFUSED: (url) =>
    `Nothing answers at ${url}. Is the Hall running? \`wcp serve\` starts one; --url or WCP_HALL_URL names another.`,
  ENOTFOUND: (url) => `The host in ${url} does not exist. Check --url or WCP_HALL_URL.`,
  EAI_AGAIN: (url) => `The host name in ${url} cannot be looked up at the moment.`,
  ECONNRESET: (url) => `${url} closed the connection. ${UNKNOWN_EFFECT}`,
  UND_ERR_SOCKET: (url) => `${url} closed the connection. ${UNKNOWN_EFFECT}`,
  UND_ERR_HEADERS_TIMEOUT: (url) => `${url} did not answer in time. ${UNKNOWN_EFFECT}`,
};
const UNKNOWN_EFFECT = 'The request may or may not have been carried out.';

/** The error that reports why a server could not be reached. */
export function unreachable(url: URL, error: unknown): CliError {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  const reason = REASONS[cause?.code ?? ''];
  const why = cause?.code ?? cause?.message ?? 'the connection failed';
  const describe = reason ?? ((address: string) => `${address} cannot be reached (${escapeText(why)}).`);
  return new CliError([hallProblem('UNREACHABLE', describe(escapeText(url.href)))]);
}

function hallProblem(code: string, message: string): Problem {
  return { level: 'error', file: null, place: null, path: null, code, message };
}

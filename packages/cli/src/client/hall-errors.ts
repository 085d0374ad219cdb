import { CliError } from '../base/cli-error.ts';
import { EXIT } from '../base/exit-code.ts';
import type { Problem } from '../base/problem.ts';
import { findingProblem, type JsonDocument } from '../input/json-document.ts';
import { escaped } from '../print/layout.ts';
import type { HallProblem } from './answer.ts';

/** The file that a request body was made from, and where it is in the body. */
export interface BodySource {
  readonly document: JsonDocument;
  /** A JSON Pointer. */
  readonly root: string;
}

/** Not found, already over, or changed in the meantime: a finding, not a wrong command. */
const FOUND = new Set([404, 409, 410]);

/** What to do about a code, in addition to what the Hall says. */
const ADVICE: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: 'Give a key with --key or WCP_HALL_KEY.',
};

/** The error that reports a problem document to the user. */
export function problemError(problem: HallProblem, source: BodySource | null): CliError {
  const { status, code, title, detail, findings } = problem;
  const advice = ADVICE[code] ?? '';
  const located = findings.map((finding) => locate(finding, source));
  const sentence = located.length > 0 ? title : detail || title;
  const first = hallError(
    code,
    `${escaped(sentence)}${/[.:`!?]$/.test(sentence) ? '' : '.'} ${advice}`.trim(),
  );
  return new CliError([first, ...located], FOUND.has(status) ? EXIT.found : EXIT.bad);
}

function locate(
  { path, code, message }: HallProblem['findings'][number],
  source: BodySource | null,
): Problem {
  if (source === null)
    return hallError(code, `${escaped(path)}${path === '' ? '' : ': '}${escaped(message)}`);
  const { document, root } = source;
  const within = path.startsWith(root) ? path.slice(root.length) : path;
  return findingProblem(document.file, { path: within, code, message: escaped(message) }, document.placeOf);
}

/** The server is something else. */
export function notAHall(url: URL, status: number): CliError {
  return new CliError([
    hallError('NOT_A_HALL', `The server at ${escaped(url.href)} is not a Hall (HTTP ${status}).`),
  ]);
}

/** Why there was no answer, by the system's code. */
const REASONS: Readonly<Record<string, (url: string) => string>> = {
  ECONNREFUSED: (url) =>
    `Nothing answers at ${url}. Is the Hall running? \`wcp serve\` starts one; --url or WCP_HALL_URL names another.`,
  ENOTFOUND: (url) => `The host in ${url} does not exist. Check --url or WCP_HALL_URL.`,
  EAI_AGAIN: (url) => `The host name in ${url} cannot be looked up at the moment.`,
  ECONNRESET: (url) => `${url} closed the connection. The request may or may not have been carried out.`,
  UND_ERR_SOCKET: (url) => `${url} closed the connection. The request may or may not have been carried out.`,
  TimeoutError: (url) => `${url} did not answer in time. The request may or may not have been carried out.`,
  UND_ERR_HEADERS_TIMEOUT: (url) =>
    `${url} did not answer in time. The request may or may not have been carried out.`,
};

/** There was no answer, or it was cut off. */
export function unreachable(url: URL, error: unknown): CliError {
  const { name, cause } = error as { name?: string; cause?: { code?: string; message?: string } };
  const reason = REASONS[cause?.code ?? ''] ?? REASONS[name ?? ''];
  const why = escaped(cause?.code ?? cause?.message ?? 'the connection failed');
  const describe = reason ?? ((address: string) => `${address} cannot be reached (${why}).`);
  return new CliError([hallError('UNREACHABLE', describe(escaped(url.href)))]);
}

function hallError(code: string, message: string): Problem {
  return { level: 'error', file: null, place: null, path: null, code, message };
}

import { CliError } from '../base/cli-error.ts';
import { EXIT } from '../base/exit-code.ts';
import type { Problem } from '../base/problem.ts';
import { findingProblem, type JsonDocument } from '../input/json-document.ts';
import { escaped } from '../print/layout.ts';
import type { HallProblem } from './answer.ts';

/** The file that a body was made from, and where in the body it stands. */
export interface BodySource {
  readonly document: JsonDocument;
  /** A JSON Pointer. */
  readonly root: string;
}

/** What was asked about is not there, is over, or has changed: found out, and not a wrong command. */
const FOUND = new Set([404, 409, 410]);

/** What to do about a code, beside what the Hall says itself. */
const ADVICE: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: 'Give a key with --key or WCP_HALL_KEY.',
};

/** A problem document as what the user is told. */
export function refusedByHall(problem: HallProblem, source: BodySource | null): CliError {
  const { status, code, title, detail, findings } = problem;
  const advice = ADVICE[code] ?? '';
  const located = findings.map((finding) => locate(finding, source));
  const told = located.length > 0 ? title : detail || title;
  const first = hallError(code, `${escaped(told)}${/[.:`!?]$/.test(told) ? '' : '.'} ${advice}`.trim());
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

/** What answers is something else. */
export function notAHall(url: URL, status: number): CliError {
  return new CliError([
    hallError('NOT_A_HALL', `What answers at ${escaped(url.href)} is no Hall (HTTP ${status}).`),
  ]);
}

/** By the system's code, why nobody answered. */
const REASONS: Readonly<Record<string, (url: string) => string>> = {
  ECONNREFUSED: (url) =>
    `Nothing answers at ${url}. Is the Hall running? \`wcp serve\` starts one; --url or WCP_HALL_URL names another.`,
  ENOTFOUND: (url) => `There is no host as in ${url}. Check --url or WCP_HALL_URL.`,
  EAI_AGAIN: (url) => `The name in ${url} cannot be looked up now.`,
  ECONNRESET: (url) => `${url} broke the connection: what was asked may have been done or not.`,
  UND_ERR_SOCKET: (url) => `${url} broke the connection: what was asked may have been done or not.`,
  TimeoutError: (url) => `${url} did not answer in time: what was asked may have been done or not.`,
  UND_ERR_HEADERS_TIMEOUT: (url) =>
    `${url} did not answer in time: what was asked may have been done or not.`,
};

/** Nobody answered, or the answer broke off. */
export function unreachable(url: URL, error: unknown): CliError {
  const { name, cause } = error as { name?: string; cause?: { code?: string; message?: string } };
  const reason = REASONS[cause?.code ?? ''] ?? REASONS[name ?? ''];
  const why = escaped(cause?.code ?? cause?.message ?? 'it failed');
  const sentence = reason ?? ((address: string) => `${address} cannot be reached (${why}).`);
  return new CliError([hallError('UNREACHABLE', sentence(escaped(url.href)))]);
}

function hallError(code: string, message: string): Problem {
  return { level: 'error', file: null, place: null, path: null, code, message };
}

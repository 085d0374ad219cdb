import type { DenyCode, Finding } from '@wcp/spec';
import type { ProblemCode, ProblemDocument } from '@wcp/spec/hall';

/** A code of a Hall's problem: one of `PROBLEMS`, a deny code, or one of a later Hall. */
export type HallProblemCode = ProblemCode | DenyCode | (string & {});

/**
 * A problem that a Hall answered with instead of carrying out the request (RFC 9457, section 9). Tell problems
 * apart by `code`; `message` is for people.
 *
 * @example
 * import { createHallClient, HallProblemError } from '@wcp/client';
 *
 * const hall = createHallClient({ url: 'http://127.0.0.1:7420', key: 'wcp_…' });
 * try {
 *   await hall.showDecision({ decision_id: 'unknown' });
 * } catch (error) {
 *   if (error instanceof HallProblemError && error.code === 'NOT_FOUND') console.log('no such decision');
 *   else throw error;
 * }
 */
export class HallProblemError extends Error {
  readonly code: HallProblemCode;
  /** The HTTP status. */
  readonly status: number;
  /** What is wrong with the request, each with a JSON Pointer; empty where the Hall names nothing. */
  readonly findings: readonly Finding[];
  /** The whole problem document. */
  readonly problem: ProblemDocument;
  /** `Retry-After`, in milliseconds; null where the Hall sent none. */
  readonly retry_after_ms: number | null;

  constructor(problem: ProblemDocument, retry_after_ms: number | null = null) {
    super(problem.detail === '' ? problem.title : problem.detail);
    this.name = 'HallProblemError';
    this.code = problem.code;
    this.status = problem.status;
    this.findings = problem.findings ?? [];
    this.problem = problem;
    this.retry_after_ms = retry_after_ms;
  }
}

const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;

/** Reads a problem document; null for anything else. `json` is whatever a server sent. */
export function readProblem(json: unknown, status: number): ProblemDocument | null {
  const document = membersOf(json);
  const { code, title, detail, type, findings } = document;
  if (typeof code !== 'string' || !CODE.test(code) || document['status'] !== status) return null;
  return {
    ...document,
    type: textOr(type, 'about:blank'),
    title: textOr(title, code),
    status,
    code: code as ProblemCode,
    detail: textOr(detail, ''),
    findings: Array.isArray(findings) ? findings.map(readFinding) : [],
  };
}

function readFinding(json: unknown): Finding {
  const { path, code, message } = membersOf(json);
  return {
    path: textOr(path, ''),
    code: textOr(code, 'INVALID_VALUE') as Finding['code'],
    message: textOr(message, ''),
  };
}

function membersOf(json: unknown): Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

import type { Finding } from '@wcp/spec';
import { JsonDocument, MAX_FINDINGS } from '@wcp/spec/document';
import { compareText, escapeText } from '@wcp/spec/json';
import type { z } from 'zod';
import { ProblemError } from '../base/problem.ts';

/** What a document must be: a schema, and rules over several members. */
export interface Form<T> {
  readonly schema: z.ZodType<T>;
  /** Each gets the JSON as received, of any form. */
  readonly rules: readonly ((json: unknown) => Finding[])[];
}

type Issue = z.core.$ZodIssue;
const MAX_NAME_LENGTH = 64;

/**
 * Reads a document that may be an attacker's; the result is a copy with known members only.
 *
 * @throws {ProblemError} `INVALID_BODY` with every finding; none repeats a value
 */
export function readForm<T>({ schema, rules }: Form<T>, value: unknown): T {
  const reading = JsonDocument.read(value);
  if (!reading.ok) throw invalid(reading.findings);
  const { json } = reading.document;
  const parsed = schema.safeParse(json);
  const issues = parsed.success ? [] : parsed.error.issues;
  const findings = [
    ...issues.flatMap((issue) => describe(issue, json)),
    ...rules.flatMap((rule) => rule(json)),
  ];
  if (!parsed.success || findings.length > 0) throw invalid(findings);
  return parsed.data;
}

function invalid(findings: readonly Finding[]): ProblemError {
  const sorted = [...findings].sort(byPathThenCode);
  const distinct = sorted.filter(
    (finding, at) => at === 0 || byPathThenCode(sorted[at - 1] as Finding, finding) !== 0,
  );
  const first = distinct.slice(0, MAX_FINDINGS);
  return new ProblemError('INVALID_BODY', 'The body is not valid.', first);
}

function byPathThenCode(a: Finding, b: Finding): number {
  return compareText(a.path, b.path) || compareText(a.code, b.code);
}

/** The message of an issue is a sentence of the schema's author: every schema here has one. */
function describe(issue: Issue, json: unknown): Finding[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((name) => unknownMember([...issue.path, name]));
  return [{ path: pointer(issue.path), code: codeOf(issue.path, json), message: issue.message }];
}

function codeOf(path: readonly PropertyKey[], json: unknown): Finding['code'] {
  if (path.length === 0) return 'NOT_AN_OBJECT';
  return valueAt(path, json) === undefined ? 'MISSING_MEMBER' : 'INVALID_VALUE';
}

function valueAt(path: readonly PropertyKey[], json: unknown): unknown {
  return path.reduce((value, name) => (value as Record<PropertyKey, unknown>)[name], json);
}

function unknownMember(path: readonly PropertyKey[]): Finding {
  const name = escapeText(shortened(path.at(-1) as PropertyKey));
  return { path: pointer(path), code: 'UNKNOWN_MEMBER', message: `There is no member "${name}" here.` };
}

function pointer(path: readonly PropertyKey[]): string {
  return path.map((name) => `/${shortened(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** An attacker must not choose the length of an answer. */
function shortened(name: PropertyKey): string {
  return String(name).slice(0, MAX_NAME_LENGTH);
}

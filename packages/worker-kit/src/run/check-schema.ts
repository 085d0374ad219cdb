import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Finding } from '@wcp/spec';
import { MAX_FINDINGS } from '@wcp/spec/document';
import { compareText } from '@wcp/spec/json';
import { messageText } from '../base/plain.ts';

/** What a schema says about a value, or how it failed. */
export type SchemaVerdict =
  | { readonly kind: 'valid'; readonly value: unknown }
  | { readonly kind: 'invalid'; readonly findings: readonly Finding[] }
  | { readonly kind: 'broken'; readonly error: unknown };

/** Validates a value with a Standard Schema. A schema that throws, rejects or returns junk is broken. */
export async function checkSchema(schema: StandardSchemaV1, value: unknown): Promise<SchemaVerdict> {
  try {
    const answer = await schema['~standard'].validate(value);
    const { issues } = answer;
    if (issues) return { kind: 'invalid', findings: findingsOf(issues) };
    if ('value' in answer) return { kind: 'valid', value: answer.value };
    return { kind: 'broken', error: new TypeError('The schema returned neither a value nor issues.') };
  } catch (error) {
    return { kind: 'broken', error };
  }
}

function findingsOf(issues: readonly StandardSchemaV1.Issue[]): Finding[] {
  const findings = [...issues].slice(0, MAX_FINDINGS).map(findingOf);
  // Even with an empty list of issues, the value is not accepted.
  if (findings.length === 0)
    findings.push(invalid('', 'The schema does not accept the value and gives no reason.'));
  return findings.sort((a, b) => compareText(a.path, b.path));
}

function findingOf(issue: StandardSchemaV1.Issue): Finding {
  return invalid(pointerOf(issue.path ?? []), messageText(issue.message));
}

function invalid(path: string, message: string): Finding {
  return { path, code: 'INVALID_VALUE', message: message === '' ? 'The value is not accepted.' : message };
}

const MAX_PATH_LENGTH = 1024;

type Segment = PropertyKey | StandardSchemaV1.PathSegment;

function pointerOf(path: readonly Segment[]): string {
  let pointer = '';
  for (const segment of path) {
    const key = String(typeof segment === 'object' ? segment.key : segment).toWellFormed();
    const next = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (pointer.length + next.length > MAX_PATH_LENGTH) break;
    pointer += next;
  }
  return pointer;
}

import type { DetailedError } from '@cedar-policy/cedar-wasm/nodejs';
import type { PolicyFinding } from '../../base/policy-finding.ts';
import type { PolicyFile } from '../../source/read-policy-files.ts';
import type { Cedar } from '../engine-package.ts';
import { readAnnotations } from './annotations.ts';
import type { CedarPolicy } from './cedar-policy.ts';
import {
  inFileOrder,
  lineAtByte,
  MAX_NESTING,
  type PlacedText,
  placeParts,
  tooDeepAt,
} from './source-text.ts';

/** Reads the policies of files, in the order of files and lines; what is wrong becomes findings. */
export function readPolicies(
  cedar: Cedar,
  files: readonly PolicyFile[],
  findings: PolicyFinding[],
): CedarPolicy[] {
  const policies = files.flatMap((file) => {
    const onLine = new Map<number, number>();
    return readParts(cedar, file, findings).flatMap((part) => {
      const nth = (onLine.get(part.line) ?? 0) + 1;
      onLine.set(part.line, nth);
      return readPolicy(cedar, file, { ...part, nth }, findings) ?? [];
    });
  });
  findings.push(...duplicates(policies));
  return policies;
}

function readParts(cedar: Cedar, { place, text }: PolicyFile, findings: PolicyFinding[]): PlacedText[] {
  const deep = tooDeepAt(text);
  if (deep !== null) {
    findings.push(tooDeep(place, deep));
    return [];
  }
  const answer = cedar.policySetTextToParts(text);
  if (answer.type === 'failure') {
    findings.push(...answer.errors.map((error) => syntaxFinding(error, place, (at) => lineAtByte(text, at))));
    return [];
  }
  if (answer.policy_templates.length === 0) return placeParts(text, inFileOrder(answer.policies));
  findings.push({
    file: place,
    line: placeParts(text, answer.policy_templates)[0]?.line ?? null,
    code: 'POLICY_TEMPLATE',
    message: 'This is a template, with a slot such as ?principal, and nothing fills it.',
    remedy: 'Write the tenant or the worker in place of the slot.',
  });
  return [];
}

/** A policy of a file, and which of those that begin on its line it is. */
interface Part extends PlacedText {
  readonly nth: number;
}

function readPolicy(
  cedar: Cedar,
  { name, place }: PolicyFile,
  { text, line, nth }: Part,
  findings: PolicyFinding[],
): CedarPolicy | null {
  const answer = cedar.policyToJson(text);
  if (answer.type === 'failure') {
    const lineOf = (at: number) => line - 1 + lineAtByte(text, at);
    findings.push(...answer.errors.map((error) => syntaxFinding(error, place, lineOf)));
    return null;
  }
  const { annotations = {}, effect } = answer.json;
  const read = readAnnotations(annotations, effect);
  if (!read.ok) {
    const about = { file: place, line, code: 'POLICY_ANNOTATION' };
    findings.push(...read.faults.map((fault) => ({ ...about, ...fault })));
    return null;
  }
  const { id, ...said } = read.said;
  const where = nth === 1 ? `${name}:${line}` : `${name}:${line}#${nth}`;
  return { id: id ?? where, file: place, line, text, ...said, json: answer.json };
}

function tooDeep(file: string, line: number): PolicyFinding {
  const message = `Brackets are nested more than ${MAX_NESTING} deep.`;
  return { file, line, code: 'POLICY_SYNTAX', message, remedy: 'Divide the policy into several.' };
}

function syntaxFinding(
  { message, help, sourceLocations = [] }: DetailedError,
  file: string,
  lineOf: (at: number) => number,
): PolicyFinding {
  const [place] = sourceLocations;
  const label = place?.label ?? null;
  return {
    file,
    line: place === undefined ? null : lineOf(place.start),
    code: 'POLICY_SYNTAX',
    message: sentence(label === null ? message : `${message} (${label})`),
    remedy: sentence(help ?? 'Correct the policy'),
  };
}

/** The engine's words as a sentence. */
export function sentence(text: string): string {
  const first = text.slice(0, 1).toUpperCase() + text.slice(1, 1_000);
  return /[.?!]$/.test(first) ? first : `${first}.`;
}

function duplicates(policies: readonly CedarPolicy[]): PolicyFinding[] {
  const seen = new Map<string, CedarPolicy>();
  return policies.flatMap((policy) => {
    const { id, file, line } = policy;
    const earlier = seen.get(id);
    seen.set(id, policy);
    if (earlier === undefined) return [];
    const message = `The id ${id} is that of another policy, at ${earlier.file}:${earlier.line}.`;
    return [{ file, line, code: 'POLICY_ID', message, remedy: 'Give each policy an @id of its own.' }];
  });
}

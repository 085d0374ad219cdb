import { parseJson } from '@wcp/spec/json';
import { listOf, own } from '../base/own-member.ts';

/** The lines of the policy that a document `{witnesses, quorum}` stands for; undefined for any other document. */
export function policyLines(text: string): string | undefined {
  const policy = read(text);
  const keys = listOf(own(policy, 'witnesses'));
  const quorum = own(policy, 'quorum');
  const isPolicy = keys?.every(isKey) === true && Number.isSafeInteger(quorum) && hasTwoMembers(policy);
  if (!isPolicy || keys === null) return undefined;
  const witnesses = keys.map((key, index) => `witness w${index + 1} ${key}`);
  const names = keys.map((_, index) => `w${index + 1}`);
  return [...witnesses, `group k-of-n ${quorum} ${names.join(' ')}`, 'quorum k-of-n'].join('\n');
}

function read(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

function hasTwoMembers(policy: unknown): boolean {
  return Object.keys(Object(policy)).length === 2;
}

/** A word: the reader of the line says whether it is a key. */
function isKey(value: unknown): boolean {
  return typeof value === 'string' && /^[^\s]+$/u.test(value);
}

import type { RouteDecision } from '@wcp/spec';
import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import type { JsonDocument } from '../../src/input/json-document.ts';
import { decisionText, whyDenied } from '../../src/print/decision.ts';
import { wordFor } from '../../src/print/word-for.ts';
import { folderOf, REQUEST, RULES, record, wcpJson } from '../support/support.ts';

const DOCUMENT: JsonDocument = { file: '-', value: null, placeOf: () => null } as never;

/** What is decided about the request, with the words of a later revision in it. */
async function decided(rules: object = RULES, change: object = {}): Promise<RouteDecision> {
  const files = { 'request.json': REQUEST, 'rules.json': rules, 'worker.json': record() };
  const args = ['route', 'request.json', '--rules', 'rules.json', '--workers', 'worker.json'];
  const { json } = await wcpJson(args, { cwd: folderOf(files) });
  return { ...(json as RouteDecision), ...change } as RouteDecision;
}
const shown = (decision: RouteDecision) =>
  decisionText(decision, DOCUMENT, picocolors.createColors(false)).replaceAll(/\s+/g, ' ');

test('A deny code that this version does not know is shown with the words of the Hall and what to do.', async () => {
  for (const deny_code of ['DENY_OF_TOMORROW', 'constructor', '__proto__', 'DENY_\u001b[31m']) {
    const denied = await decided(
      { rules: [] },
      {
        outcome: 'DENY',
        deny_code,
        deny_reason_if_denied: { code: deny_code, message: 'The moon\u001b is full.' },
      },
    );
    expect(shown(denied)).toMatch(
      /^DENIED .*why The moon\\u001b is full\. remedy This version of wcp does not/,
    );
    expect(shown(denied)).not.toContain('\u001b');
    expect(whyDenied({ ...denied, deny_reason_if_denied: null } as RouteDecision)).toBe('Denied.');
  }
});

test('An outcome that this version does not know is not taken for a hold, nor for a dispatch.', async () => {
  const text = shown(await decided(RULES, { outcome: 'DEFERRED' }));
  expect(text).toMatch(/^DEFERRED cap\.doc\.summarize remedy This version of wcp does not know that\./);
  expect(text).not.toMatch(/HELD|why/);
});

test('A rule may be called like a member that every object has.', async () => {
  const [rule] = RULES.rules;
  for (const rule_id of ['constructor', 'toString', '__proto__']) {
    const text = shown(await decided({ rules: [{ ...rule, rule_id }] }));
    expect(text).toContain(` rule ${rule_id} `);
  }
});

test('A word that a table lacks stands for itself, escaped.', () => {
  const table = { a: 'the first' };
  expect(['a', 'b\n', 'constructor'].map((word) => wordFor(table, word))).toEqual([
    'the first',
    'b\\u000a',
    'constructor',
  ]);
});

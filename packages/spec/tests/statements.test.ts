import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
// @ts-expect-error: a script has no types
import { statementsJson } from '../scripts/statements.mjs';

const FILE = new URL('../conformance/statements/0.2.json', import.meta.url);

test('The sentences of the statements are those of the text; otherwise run `npm run schemas`.', () => {
  expect(readFileSync(FILE, 'utf8')).toBe(statementsJson());
});

test('Each statement has its sentence, a chapter and a heading.', () => {
  const statements = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, Record<string, string>>;
  expect(statements['WCP-5.1-1']).toEqual({
    text: 'An input with findings MUST be denied with `DENY_INVALID_INPUT`.',
    file: '05-decision.md',
    heading: '5.1 Step 1: the input is valid',
  });
  expect(Object.keys(statements).length).toBeGreaterThan(500);
  for (const { text, file, heading } of Object.values(statements)) {
    expect(text).toMatch(/\bMUST\b|\bSHOULD\b/);
    expect(text).not.toMatch(/\]\(/);
    expect(file).toMatch(/\.md$/);
    expect(heading).not.toBe('');
  }
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { formattedRules } from '../../../src/rules/format-rules.ts';
import { folderOf, record, wcp } from '../../support/support.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../../../../docs/rules.md'), 'utf8');

/** The blocks of the page, by what stands behind their three marks. */
const BLOCKS = new Map(
  [...PAGE.matchAll(/^```(.+)\n([\s\S]*?)^```$/gm)].map(([, name, text]) => [String(name), String(text)]),
);
const block = (name: string) => {
  const text = BLOCKS.get(name);
  if (text === undefined) throw new Error(`The page has no block ${name}.`);
  return text;
};

it('The page on rules shows what its command prints for its files.', async () => {
  const rules = block('json rules.json');
  const files = { 'rules.json': rules, 'rules.test.json': block('json rules.test.json'), workers: record() };
  const cwd = folderOf(files);
  const shown = await wcp(['rules', 'test', 'rules.json', '--workers', 'workers'], { cwd });
  expect(shown).toEqual({ code: 0, out: block('text'), err: '' });
  expect(formattedRules(JSON.parse(rules))).toBe(rules);
  const covered = await wcp(['rules', 'test', 'rules.json', '--workers', 'workers', '--coverage'], { cwd });
  expect(covered.out).toContain('Every rule is matched by a case.');
});

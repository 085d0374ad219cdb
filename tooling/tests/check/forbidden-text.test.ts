import { expect, test } from 'vitest';
import { checkForbiddenText } from '../../src/check/forbidden-text.ts';
import { sampleRepository } from '../support/sample-repository.ts';

const check = (path: string, text: string) => checkForbiddenText(sampleRepository({ [path]: text }));

test('Ordinary text passes.', () => {
  expect(check('README.md', 'Nothing to see.\n')).toEqual([]);
});

test.each([
  ['a registry host', `tarball: https://registry.${'npmjs'}.org/tsup\n`],
  ['a path of one machine', `See /${'home'}/ada/project for more.\n`],
  ['a private key', `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(64)}\n`],
])('Forbidden text fails, wherever it stands: %s.', (what, text) => {
  expect(check('docs/page.md', `# Title\n${text}`)).toEqual([
    expect.stringContaining(`docs/page.md:2: ${what}`),
  ]);
});

test('A cast that hides a type fails in the sources of the Hall.', () => {
  const text = 'export const answer = {} as never;\nexport const other = [] as never;\n';
  expect(check('packages/hall/src/http/answer.ts', text)).toHaveLength(2);
});

test('A private word fails in sources, and may stand in tests and prose.', () => {
  const text = 'export class ApprovalDesk {}\n';
  expect(check('packages/hall/src/approval/approval-desk.ts', text)).toEqual([
    expect.stringContaining('a private word'),
  ]);
  expect(check('packages/hall/tests/approval/approvals.test.ts', text)).toEqual([]);
});

test('A suppressed type error fails in any code.', () => {
  expect(check('packages/router/src/decide.ts', `// @ts-${'ignore'}\n`)).toHaveLength(1);
});

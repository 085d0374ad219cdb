import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../../src/repository/root.ts';
import { sampleRepository } from '../support/sample-repository.ts';

/** Lints two files with the settings of this repository. */
const lint = (left: string, right: string) => {
  const settings = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8'));
  const cwd = sampleRepository({
    'biome.json': JSON.stringify({ ...settings, $schema: undefined }),
    '.gitignore': 'node_modules/\n',
    'packages/sample/src/left.ts': left,
    'packages/sample/src/right.ts': right,
  });
  return spawnSync(join(ROOT, 'node_modules/.bin/biome'), ['lint', '--error-on-warnings', 'packages'], {
    cwd,
    encoding: 'utf8',
  });
};

test('Two files of which one imports the other pass.', () => {
  const { status, stdout } = lint(
    "import type { Right } from './right.ts';\n\nexport interface Left {\n  right: Right;\n}\n",
    'export interface Right {\n  text: string;\n}\n',
  );
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
});

test('A cycle of imports fails, even where it is one of types alone.', () => {
  const { status, stdout, stderr } = lint(
    "import type { Right } from './right.ts';\n\nexport interface Left {\n  right: Right;\n}\n",
    "import type { Left } from './left.ts';\n\nexport interface Right {\n  left: Left;\n}\n",
  );
  expect(status).toBe(1);
  expect(stdout + stderr).toContain('noImportCycles');
});

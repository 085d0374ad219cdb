import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles } from '../repository/files.ts';
import { ROOT } from '../repository/root.ts';
import type { CheckFinding } from './finding.ts';

/** Files that the formatter leaves alone. */
interface Unformatted {
  readonly files: RegExp;
  readonly reason: string;
  /** Written by hand: held to the rules of .editorconfig, which are checked here. */
  readonly byHand: boolean;
}

const UNFORMATTED: readonly Unformatted[] = [
  { files: /\.md$/, reason: 'prose', byHand: true },
  { files: /\.ya?ml$/, reason: 'the formatter has no YAML', byHand: true },
  { files: /\/helm\/[^/]+\/templates\//, reason: 'templates of Helm are no YAML yet', byHand: true },
  { files: /\.cedar$/, reason: 'the formatter has no Cedar', byHand: true },
  { files: /\.rego$/, reason: 'the formatter has no Rego', byHand: true },
  { files: /(^|\/)Containerfile$/, reason: 'the formatter has no Containerfile', byHand: true },
  { files: /\.(sh|py)$|^\.ci\/run$/, reason: 'the formatter has neither shell nor Python', byHand: true },
  {
    files: /(^|\/)\.(gitignore|dockerignore|npmrc|nvmrc|editorconfig)$|^\.github\/CODEOWNERS$/,
    reason: 'lines of settings',
    byHand: true,
  },
  { files: /(^|\/)LICENSE$/, reason: 'the text of a licence', byHand: false },
  { files: /^pnpm-lock\.yaml$/, reason: 'written by pnpm', byHand: false },
  {
    files: /^packages\/[a-z-]+\/(schemas\/[^/]+|openapi)\.json$/,
    reason: 'written by `npm run schemas`',
    byHand: false,
  },
  {
    files: /^packages\/spec\/src\/catalog\/entities\.json$/,
    reason: 'one entity a line',
    byHand: false,
  },
  {
    files: /^packages\/(spec|conformance\/tests\/fixtures)\/(conformance\/)?0\.\d+\/.*\.json$/,
    reason: 'fixtures: one value a line, so that a port author can read them',
    byHand: false,
  },
  {
    files: /^packages\/spec\/conformance\/statements\/.*\.json$/,
    reason: 'written from the text, one statement a line, so that a change of one changes one line',
    byHand: false,
  },
  {
    files: /(^|\/)registry_record\.json$/,
    reason: 'the record of a worker: what stands there is hashed',
    byHand: false,
  },
  {
    files: /^packages\/evidence\/tests\/timestamp\/files\//,
    reason: 'what an authority of timestamps signed',
    byHand: false,
  },
  { files: /\.db\.gz$/, reason: 'the store of an earlier version, as it was', byHand: false },
  { files: /evidence-\d{4}-\d\d\.json\.gz$/, reason: 'evidence as it was made then', byHand: false },
  { files: /^packages\/conformance\/ports\//, reason: 'belongs to the ports', byHand: false },
];

/** Every file that neither the formatter nor a row of the table knows, and every breach of .editorconfig. */
export function checkFormatting(root: string): CheckFinding[] {
  const formatted = new Set(formattedFiles(root));
  return listFiles(root)
    .filter((file) => !formatted.has(file))
    .flatMap((file) => {
      const row = UNFORMATTED.findLast(({ files }) => files.test(file));
      if (row === undefined) return [`${file}: nothing formats this file, and no reason is given`];
      return row.byHand ? breachesIn(file, readFileSync(join(root, file), 'utf8')) : [];
    });
}

/** The files that the formatter processes, as it reports them itself. */
function formattedFiles(root: string): string[] {
  const { stdout, stderr, error } = spawnSync(
    join(ROOT, 'node_modules/.bin/biome'),
    ['format', '--verbose', '--max-diagnostics=1', '--colors=off', '.'],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (error !== undefined) throw error;
  const [, list = ''] = `${stdout}\n${stderr}`.split('Files processed:');
  return [...list.matchAll(/^ {2}- (.+)$/gm)].map(([, file = '']) => file);
}

/** What .editorconfig asks of every text: LF, no white space at the end of a line, one newline at the end. */
function breachesIn(file: string, text: string): CheckFinding[] {
  const found = text
    .split('\n')
    .flatMap((line, index) =>
      /[ \t\r]$/.test(line) ? [`${file}:${index + 1}: white space at its end`] : [],
    );
  if (text !== '' && !/[^\n]\n$/.test(text)) found.push(`${file}: must end in one newline`);
  return found;
}

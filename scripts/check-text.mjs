import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What may stand in no file: where packages come from, where this machine keeps things, keys. */
const FOREIGN = [
  [/\bregistry\.(?:npmjs|yarnpkg)\b|\bnpmmirror\b|\/-\/[a-z0-9@._-]+\.tgz/i, 'a registry host'],
  [/\/(?:work|home|root|Users)\/(?:main|shared|[a-z0-9_-]+\/)[a-z0-9_-]*/, 'a path of a machine'],
  [/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*\n?[A-Za-z0-9+/]{20}/, 'a private key'],
];
const EXEMPT = new Set(['scripts/check-text.mjs']);

/** Every place in a file of the repository that holds what may stand in none. */
export function foreignText() {
  const { stdout } = spawnSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { encoding: 'utf8' });
  return stdout
    .split('\0')
    .filter((file) => file !== '' && !EXEMPT.has(file))
    .flatMap(placesIn);
}

function placesIn(file) {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  return FOREIGN.flatMap(([pattern, what]) => {
    const found = pattern.exec(text);
    if (found === null) return [];
    const line = text.slice(0, found.index).split('\n').length;
    return [`${file}:${line}: ${what}: ${found[0].slice(0, 60)}`];
  });
}

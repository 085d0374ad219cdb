import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles } from '../repository/files.ts';
import type { CheckFinding } from './finding.ts';

/** Text that no file may contain. */
interface ForbiddenText {
  readonly pattern: RegExp;
  readonly what: string;
  /** The files that it concerns; all where it is absent. */
  readonly files?: RegExp;
}

const FORBIDDEN: readonly ForbiddenText[] = [
  {
    pattern: /\bregistry\.(?:npmjs|yarnpkg)\b|\bnpmmirror\b|\/-\/[a-z0-9@._-]+\.tgz/i,
    what: 'a registry host',
  },
  {
    pattern: /\/(?:work|home|root|Users)\/(?:main|shared|[a-z0-9_-]+\/)[a-z0-9_-]*/,
    what: 'a path of one machine',
  },
  { pattern: /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*\n?[A-Za-z0-9+/]{20}/, what: 'a private key' },
  { pattern: /@ts-(?:ignore|nocheck)/, what: 'a suppressed type error', files: /\.[cm]?[jt]s$/ },
  {
    pattern:
      /\b(?:\w*(?:Desk|Office|Keeper|Vault|ChainBook|WorldBook)|desk|office|keeper|vault|glance|settleOwed|askedBy|memberOf|wordOf)\b|_AT_HAND\b|\bMOST_[A-Z]/,
    what: 'a private word where the field has its own',
    files: /^(?:packages|workers)\/[^/]+\/src\/.*\.ts$/,
  },
  { pattern: /\bas never\b/, what: 'a cast that hides a type', files: /^packages\/hall\/src\/.*\.ts$/ },
];

/** This file holds the patterns themselves. */
const EXEMPT = 'tooling/src/check/forbidden-text.ts';

/** Every place that holds forbidden text. */
export function checkForbiddenText(root: string): CheckFinding[] {
  return listFiles(root)
    .filter((file) => file !== EXEMPT)
    .flatMap((file) => findingsIn(root, file));
}

function findingsIn(root: string, file: string): CheckFinding[] {
  const text = readFileSync(join(root, file), 'utf8');
  return FORBIDDEN.filter(({ files = /^/ }) => files.test(file)).flatMap(({ pattern, what }) => {
    const matches = text.matchAll(new RegExp(pattern, `g${pattern.flags}`));
    return [...matches].map(({ index, 0: found }) => {
      const line = text.slice(0, index).split('\n').length;
      return `${file}:${line}: ${what}: ${found.slice(0, 60)}`;
    });
  });
}

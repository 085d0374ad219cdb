import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { PolicyFinding } from '../base/policy-finding.ts';

/**
 * The finding of an engine whose package is not installed; its remedy is the command that installs it where this package
 * would find it.
 *
 * @param wanted name and version of the package, such as `@cedar-policy/cedar-wasm@4.13.0`
 */
export function missingPackage(wanted: string, here: string = import.meta.dirname): PolicyFinding {
  return {
    file: null,
    line: null,
    code: 'POLICY_ENGINE_MISSING',
    message: `The policy engine is not installed: the package ${wanted}.`,
    remedy: `Run: ${installCommand(wanted, here)}`,
  };
}

/** Whether loading failed because the package itself is not there, rather than something in it. */
export function isMissing(error: unknown, name: string): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  const isNotFound = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  return isNotFound && new RegExp(`'${name}(?:/[^']*)?'`).test(message);
}

/**
 * The command that installs packages where a file would find them: beside the package that the file belongs to, or for
 * the whole machine where that has no `package.json` above it.
 *
 * @param wanted names and versions of packages, such as `@cedar-policy/cedar-wasm@4.13.0`
 * @param here the folder of the file
 * @example
 * import { installCommand } from '@wcp/policy';
 *
 * installCommand('@cedar-policy/cedar-wasm@4.13.0', '/srv/hall/src'); // 'npm install @cedar-policy/cedar-wasm@4.13.0'
 */
export function installCommand(wanted: string, here: string): string {
  const at = here.indexOf(`${sep}node_modules${sep}`);
  const root = at === -1 ? null : here.slice(0, at);
  if (root === null) return `npm install ${wanted}`;
  if (!existsSync(join(root, 'package.json'))) return `npm install --global ${wanted}`;
  return `npm install --prefix ${shellWord(root)} ${wanted}`;
}

function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

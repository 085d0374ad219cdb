import { constants } from 'node:fs';
import { access, lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ExportOptions, FileTargetOptions } from '../../export/export-target.ts';
import { type DeploymentCheck, fail, ok } from './check.ts';
import { shellWord } from './shell-command.ts';

/** Each export. An endpoint is not tried: it would take whatever it is sent for a receipt. */
export function exportChecks(exports: readonly ExportOptions[]): Promise<DeploymentCheck[]> {
  return Promise.all(exports.map(exportCheck));
}

async function exportCheck({ name: subject, form, target }: ExportOptions): Promise<DeploymentCheck> {
  if (!('path' in target)) return ok('export', `Receipts are posted to an endpoint as ${form}.`, { subject });
  return fileCheck(subject, form, target);
}

async function fileCheck(
  subject: string,
  form: string,
  { path }: FileTargetOptions,
): Promise<DeploymentCheck> {
  const folder = dirname(path);
  const isWritable = await access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  const remedy = `mkdir -p ${shellWord(folder)}`;
  if (!isWritable)
    return fail('export', 'Its folder is missing, or cannot be written to.', { subject, remedy });
  const found = await lstat(path).catch(() => null);
  if (found === null || found.isFile())
    return ok('export', `Receipts are appended to a file as ${form}.`, { subject });
  return fail('export', 'There is something else than a file at its path.', {
    subject,
    remedy: `ls -ld ${shellWord(path)}`,
  });
}

import { stat } from 'node:fs/promises';
import { probeSandbox } from '@wcp/sandbox';
import { DeploymentError, reasonOf } from '../deployment-error.ts';
import { backupCheck } from './backup-check.ts';
import type { CheckBase, DeploymentCheck } from './check.ts';
import { documentChecks } from './document-checks.ts';
import { exportChecks } from './export-checks.ts';
import { folderChecks, isHall } from './folder-checks.ts';
import { machineChecks } from './machine-checks.ts';
import { portCheck } from './port-check.ts';
import { approvalChecks } from './services/approval-checks.ts';
import { banListChecks } from './services/ban-list-checks.ts';
import { checkpointChecks, logOf } from './services/checkpoint-checks.ts';
import { gateChecks } from './services/gate-checks.ts';
import { telemetryChecks } from './services/telemetry-checks.ts';
import { settingsChecks } from './settings-checks.ts';
import { storeChecks } from './store-checks.ts';
import { needsSandbox, workerChecks } from './worker-checks.ts';

/** How a folder is examined. */
export type ExamineOptions = Partial<Omit<CheckBase, 'dir'>>;

/**
 * Looks at a machine and at the Hall in a folder without starting it: each thing that was looked at, whether it is
 * right, and the command that mends it. Nothing is written. Secrets and ban lists are read as the Hall would read them.
 *
 * @throws {DeploymentError} where the folder is something else than a folder
 * @example
 * import { examineDeployment } from '@wcp/hall';
 *
 * for (const { name, status, message, remedy } of await examineDeployment('my-hall', { env: process.env })) {
 *   if (status !== 'ok') console.log(name, message, remedy);
 * }
 */
export async function examineDeployment(
  dir: string,
  { env = {}, now = Date.now() }: ExamineOptions = {},
): Promise<DeploymentCheck[]> {
  await checkFolder(dir);
  const base = { dir, env, now };
  const probe = await probeSandbox();
  const folder = await folderChecks(base);
  if (!isHall(dir)) return [...machineChecks(probe, dir, false), ...folder];
  const { settings, checks } = await settingsChecks(base);
  const workers = settings?.workers ?? [];
  const store = await storeChecks(base, settings);
  return [
    ...machineChecks(probe, dir, workers.some(needsSandbox)),
    ...folder,
    ...checks,
    ...(await documentChecks(
      base,
      workers.map(({ record }) => record),
    )),
    ...(await gateChecks(base)),
    ...store.checks,
    await backupCheck(base),
    ...(settings === null
      ? []
      : [
          ...(await banListChecks(base, settings.subscriptions)),
          ...(await telemetryChecks(base, settings.telemetry)),
          ...(await approvalChecks(base, settings.approvals.chats, settings.server.approvals)),
          ...(await checkpointChecks(base, settings.checkpoints, logOf(settings.server, store.terms))),
          ...(await exportChecks(settings.exports)),
          await portCheck(dir, settings.server, store.isInUse),
          ...(await workerChecks(base, settings, probe)),
        ]),
  ];
}

async function checkFolder(dir: string): Promise<void> {
  const found = await stat(dir).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error && found.code === 'ENOENT') return;
  if (!(found instanceof Error) && found.isDirectory()) return;
  const message = found instanceof Error ? reasonOf(found) : 'This is a file, not a folder.';
  throw new DeploymentError([{ file: null, path: null, code: 'UNUSABLE', message }]);
}

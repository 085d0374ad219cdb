import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { checkEnvelope, type EnvelopeFault, type SandboxProbe } from '@wcp/sandbox';
import type { PrivilegeEnvelope } from '@wcp/spec/document';
import { isExposed } from '../exposed-files.ts';
import { LAYOUT, RECORD_FILE } from '../layout.ts';
import type { DeploymentSettings } from '../settings/deployment-settings.ts';
import { readSecrets } from '../settings/read-secrets.ts';
import type { DeploymentWorker } from '../settings/read-workers.ts';
import { type CheckBase, type DeploymentCheck, fail, ok, warn } from './check.ts';
import { placeIn } from './folder-checks.ts';
import { asRoot, editing, shellWord, typing } from './shell-command.ts';

/** Whether a worker gets no calls in some environment while this machine contains nothing. */
export function needsSandbox({ settings, record }: DeploymentWorker): boolean {
  const { isolation = 'contained', dir } = settings;
  return (
    dir !== undefined && isolation === 'contained' && environmentsOf(record).some((env) => env !== 'dev')
  );
}

/** Each worker of `server.json`: what it is started with, what its envelope names, and its secrets. */
export async function workerChecks(
  base: CheckBase,
  settings: DeploymentSettings,
  probe: SandboxProbe,
): Promise<DeploymentCheck[]> {
  const checks = await Promise.all(settings.workers.map((worker) => checksOf(base, worker, settings, probe)));
  return checks.flat();
}

async function checksOf(
  base: CheckBase,
  worker: DeploymentWorker,
  settings: DeploymentSettings,
  probe: SandboxProbe,
): Promise<DeploymentCheck[]> {
  const { worker_id: subject, privilege_envelope: envelope = {} } = worker.record;
  const found = (
    await Promise.all(
      worker.settings.dir === undefined
        ? [reachChecks(worker)]
        : [
            envelopeChecks(base.dir, worker, envelope),
            writableChecks(worker, envelope),
            secretChecks(base.dir, worker, settings),
          ],
    )
  ).flat();
  if (needsSandbox(worker) && !probe.is_contained) {
    const where = environmentsOf(worker.record).filter((env) => env !== 'dev');
    const message = `It gets no calls in ${where.join(', ')}: this machine cannot hold it to its envelope.`;
    found.push(fail('worker', message, { subject, remedy: probe.remedy }));
  }
  return found.length > 0
    ? found
    : [ok('worker', 'It can be started with what its envelope names.', { subject })];
}

function environmentsOf({ allowed_environments = ['dev'] }: DeploymentWorker['record']): readonly string[] {
  return allowed_environments;
}

/** The entries of the envelope, and the hosts that may have private addresses. */
async function envelopeChecks(
  dir: string,
  { record, settings }: DeploymentWorker,
  envelope: PrivilegeEnvelope,
): Promise<DeploymentCheck[]> {
  const file = placeIn(dir, settings.record ?? join(settings.dir ?? '', RECORD_FILE));
  const { command = [], private_hosts = [] } = settings;
  const [program = ''] = command;
  const named = program === '' || (program.includes('/') && !program.startsWith('/')) ? [] : [program];
  const own = await checkEnvelope({ tools: named, egress_allowlist: private_hosts });
  const faults = [
    ...(await checkEnvelope(envelope)).map((fault) => ({ fault, file })),
    ...own.map((fault) => ({ fault, file: join(dir, LAYOUT.server) })),
  ];
  return faults.map(({ fault, file: place }) =>
    fail('worker', fault.message, { subject: record.worker_id, remedy: remedyOf(fault, place) }),
  );
}

function remedyOf({ member, entry, is_missing }: EnvelopeFault, file: string): string {
  return is_missing && member === 'filesystem_writes' ? `mkdir -p ${shellWord(entry)}` : editing(file);
}

/** As root a Hall gives each folder to the user of the worker; as somebody else it must be allowed to write there. */
async function writableChecks(
  { record }: DeploymentWorker,
  { filesystem_writes = [] }: PrivilegeEnvelope,
): Promise<DeploymentCheck[]> {
  const refused = await Promise.all(
    filesystem_writes.map((folder) =>
      access(folder, constants.W_OK).then(
        () => null,
        (error: NodeJS.ErrnoException) => (error.code === 'EACCES' || error.code === 'EROFS' ? folder : null),
      ),
    ),
  );
  return refused
    .filter((folder) => folder !== null)
    .map((folder) => {
      const remedy = asRoot(`chown ${process.getuid?.() ?? ''} ${shellWord(folder)}`);
      const message = `It may write to ${folder}, and this user may not.`;
      return fail('worker', message, { subject: record.worker_id, remedy });
    });
}

/** The secrets that its envelope lists. Their values are read and shown nowhere. */
async function secretChecks(
  dir: string,
  { record }: DeploymentWorker,
  { secrets }: DeploymentSettings,
): Promise<DeploymentCheck[]> {
  const subject = record.worker_id;
  const names = record.privilege_envelope?.secrets_access ?? [];
  const checks = await Promise.all(
    names.map(async (name): Promise<DeploymentCheck | null> => {
      const source = secrets[name];
      if (source === undefined) {
        const message = `Its envelope lists the secret ${name}, which server.json does not have. Write "secrets": {"${name}": {"file": "secrets/${name}"}} there, or it starts without it.`;
        return warn('worker', message, { subject, remedy: editing(join(dir, LAYOUT.server)) });
      }
      const isRead = await readSecrets([name], secrets, dir).then(
        () => true,
        () => false,
      );
      if (isRead) return 'file' in source ? exposedSecret(dir, subject, name, source.file) : null;
      const message = `Its secret ${name} cannot be read, so that it is not started.`;
      const remedy = 'file' in source ? typing(placeIn(dir, source.file)) : editing(join(dir, LAYOUT.server));
      return fail('worker', message, { subject, remedy });
    }),
  );
  return checks.filter((check) => check !== null);
}

async function exposedSecret(
  dir: string,
  subject: string,
  name: string,
  file: string,
): Promise<DeploymentCheck | null> {
  const place = placeIn(dir, file);
  if (!(await isExposed(place))) return null;
  const message = `Its secret ${name} can be read or written by others than the owner of the file.`;
  return fail('worker', message, { subject, remedy: `chmod go-rwx ${shellWord(place)}` });
}

const REACH_MS = 3_000;

/** A worker elsewhere: that something answers is all that can be seen without a call. */
async function reachChecks({ record, settings }: DeploymentWorker): Promise<DeploymentCheck[]> {
  const { url } = settings;
  // Whoever fetches its calls is there or not: health says so.
  if (url === undefined) return [];
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(REACH_MS), redirect: 'manual' });
    await answer.body?.cancel();
    return [];
  } catch {
    const message = `Nothing answers at ${url}.`;
    return [fail('worker', message, { subject: record.worker_id, remedy: `curl -sS ${shellWord(url)}` })];
  }
}

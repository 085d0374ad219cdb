import { randomBytes } from 'node:crypto';
import { access, chmod, mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { generateSigningKey, type SigningKey, signingKeyFromPem } from '@wcp/evidence';
import { CliError } from '../../base/cli-error.ts';
import { packageFile } from '../../base/package-file.ts';
import { fileProblem } from '../../base/problem.ts';
import { writeReasonOf } from '../../base/system-error.ts';
import type { Terminal } from '../../base/terminal.ts';
import { writeWhole } from '../../base/write-file.ts';
import { InputReader } from '../../input/input-reader.ts';
import { copyWorkers, PIPELINE_PLACES } from './copy-workers.ts';

/** How the folder of the pipeline's Hall is set up. */
export interface PipelineFolderOptions {
  readonly dir: string;
  readonly workers: string;
  readonly allow: readonly string[];
  readonly tenant_id: string;
  /** The profile to set; if absent, the present one stays. */
  readonly profile: string | undefined;
}

/** A folder that is ready. */
export interface PreparedFolder {
  /** The profile in force. */
  readonly profile: string | null;
  /** Signs the credentials of the tenant. */
  readonly issuerKey: SigningKey;
}

/** The files by which a Hall that is not the pipeline's is recognised. */
const FOREIGN = ['rules.json', 'hall.json', 'server.json', 'store.db'];
type Members = Readonly<Record<string, unknown>>;

/**
 * Sets up the folder of a Hall that can run the pipeline. Rules and configuration are written once and
 * can then be edited; the workers and their settings are written again each time.
 *
 * @throws {CliError} if the folder belongs to another Hall, or a worker is not built
 */
export async function prepareFolder(
  terminal: Terminal,
  options: PipelineFolderOptions,
): Promise<PreparedFolder> {
  const dir = resolve(options.dir);
  await refuseForeign(dir, options.dir);
  await makeRoot(dir, options.dir);
  const { workers: from, allow } = options;
  const workers = await copyWorkers({ from, dir, allow, now: terminal.now() });
  if (!(await exists(join(dir, 'rules.json')))) {
    await writeWhole(join(dir, 'rules.json'), await readFile(packageFile('pipeline/rules.json'), 'utf8'));
  }
  const config = configOf(await readMembers(terminal, dir, 'hall.json'), options);
  await writeJson(dir, 'hall.json', config);
  const origin = `localhost/pipeline-${randomBytes(4).toString('hex')}`;
  await writeJson(dir, 'server.json', {
    origin,
    ...(await readMembers(terminal, dir, 'server.json')),
    workers,
  });
  await loadOrCreateKey(join(dir, PIPELINE_PLACES.hasherKey));
  const profile = config['profile'] ?? null;
  return {
    profile: typeof profile === 'string' ? profile : null,
    issuerKey: await loadOrCreateKey(join(dir, PIPELINE_PLACES.issuerKey)),
  };
}

async function refuseForeign(dir: string, shownAs: string): Promise<void> {
  if (await exists(join(dir, PIPELINE_PLACES.root))) return;
  const found = await Promise.all(FOREIGN.map((name) => exists(join(dir, name))));
  if (!found.includes(true)) return;
  const message =
    'This folder belongs to a Hall that the pipeline did not create. Serve it and use --url, or name another folder.';
  throw new CliError([fileProblem(shownAs, 'EXISTS', message)]);
}

async function makeRoot(dir: string, shownAs: string): Promise<void> {
  try {
    await mkdir(join(dir, PIPELINE_PLACES.root), { recursive: true, mode: 0o700 });
    await chmod(join(dir, PIPELINE_PLACES.root), 0o700);
  } catch (error) {
    throw new CliError([fileProblem(shownAs, 'UNWRITABLE', writeReasonOf(error))]);
  }
}

/** Signatories only, and in each environment no secret except the key that signs documents. */
function configOf(existing: Members | null, { tenant_id, profile }: PipelineFolderOptions): Members {
  const secrets = ['WCP_HASHER_KEY'];
  const config = existing ?? {
    policy_version: 'policy.pipeline.1',
    require_signatory: true,
    privilege_policy: { secrets: { dev: secrets, stage: secrets, prod: secrets } },
    approval: { ttl_seconds: 3600 },
  };
  const known = Array.isArray(config['allowed_tenants']) ? (config['allowed_tenants'] as unknown[]) : [];
  const allowed_tenants = known.includes(tenant_id) ? known : [...known, tenant_id];
  return { ...config, allowed_tenants, ...(profile !== undefined && { profile }) };
}

/** What is read here is written back: nothing of it may be replaced or dropped in silence. */
async function readMembers(terminal: Terminal, dir: string, name: string): Promise<Members | null> {
  const file = join(dir, name);
  if (!(await exists(file))) return null;
  const reader = new InputReader(terminal);
  const document = await reader.json(file);
  reader.throwErrors();
  return Object(document?.value) as Members;
}

function writeJson(dir: string, name: string, value: object): Promise<void> {
  return writeWhole(join(dir, name), `${JSON.stringify(value, null, 2)}\n`, { force: true });
}

/** The key in a file, created if there is none. */
async function loadOrCreateKey(file: string): Promise<SigningKey> {
  if (await exists(file)) return signingKeyFromPem(await readFile(file, 'utf8'));
  const key = generateSigningKey();
  await writeWhole(file, key.exportPrivatePem());
  return key;
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

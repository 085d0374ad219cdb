import { randomBytes } from 'node:crypto';
import { access, chmod, mkdir, realpath, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { generateSigningKey, type SigningKey, signingKeyFromPem } from '@wcp/evidence';
import { readRegularFile } from '@wcp/evidence/file';
import type { RegistryRecord } from '@wcp/spec';
import { CliError } from '../../base/cli-error.ts';
import { packageFile } from '../../base/package-file.ts';
import { fileProblem } from '../../base/problem.ts';
import { writeReasonOf } from '../../base/system-error.ts';
import type { Terminal } from '../../base/terminal.ts';
import { writeWhole } from '../../base/write-file.ts';
import { InputReader } from '../../input/input-reader.ts';
import { copyWorkers } from './copy-workers.ts';
import { PIPELINE_PLACES } from './pipeline-places.ts';
import { HASHER_SECRET } from './pipeline-workers.ts';

/** How the folder of the pipeline's Hall is set up. */
export interface PipelineFolderOptions {
  readonly dir: string;
  readonly workers: string;
  readonly allow: readonly string[];
  /** The address of the document. */
  readonly url: string;
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
  /** What the workers are to be enrolled with. */
  readonly records: readonly RegistryRecord[];
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
  await refuseForeign(resolve(options.dir), options.dir);
  const dir = await makePlaces(resolve(options.dir), options.dir);
  const { workers: from, allow, url } = options;
  const { workers, records } = await copyWorkers({ from, dir, allow, url, now: terminal.now() });
  if (!(await exists(join(dir, 'rules.json')))) {
    await writeWhole(join(dir, 'rules.json'), await readOwn(packageFile('pipeline/rules.json')));
  }
  const config = configOf(await readMembers(terminal, dir, 'hall.json'), options);
  await writeJson(dir, 'hall.json', config);
  await writeJson(dir, 'server.json', serverOf(await readMembers(terminal, dir, 'server.json'), workers));
  await loadOrCreateKey(join(dir, PIPELINE_PLACES.hasherKey));
  const profile = config['profile'] ?? null;
  return {
    profile: typeof profile === 'string' ? profile : null,
    issuerKey: await loadOrCreateKey(join(dir, PIPELINE_PLACES.issuerKey)),
    records,
  };
}

/** The workers with the secret that one of them signs with, which is in a file that no worker can read. */
function serverOf(existing: Members | null, workers: readonly object[]): Members {
  const origin = `localhost/pipeline-${randomBytes(4).toString('hex')}`;
  const secrets = {
    ...Object(existing?.['secrets']),
    [HASHER_SECRET]: { file: PIPELINE_PLACES.hasherKey },
  };
  return { origin, ...existing, secrets, workers };
}

async function refuseForeign(dir: string, shownAs: string): Promise<void> {
  if (await exists(join(dir, PIPELINE_PLACES.root))) return;
  const found = await Promise.all(FOREIGN.map((name) => exists(join(dir, name))));
  if (!found.includes(true)) return;
  const message =
    'This folder belongs to a Hall that the pipeline did not create. Serve it and use --url, or name another folder.';
  throw new CliError([fileProblem(shownAs, 'EXISTS', message)]);
}

/** Makes the folders that are the pipeline's own; that of the Hall as its workers are told it, without links. */
async function makePlaces(dir: string, shownAs: string): Promise<string> {
  try {
    for (const place of [PIPELINE_PLACES.root, PIPELINE_PLACES.research]) {
      await mkdir(join(dir, place), { recursive: true, mode: 0o700 });
    }
    await chmod(join(dir, PIPELINE_PLACES.root), 0o700);
    await moveStore(dir);
    return await realpath(dir);
  } catch (error) {
    throw new CliError([fileProblem(shownAs, 'UNWRITABLE', writeReasonOf(error))]);
  }
}

/** The store that earlier versions had beside other files; without its log it would lack what came last. */
async function moveStore(dir: string): Promise<void> {
  const file = join(dir, PIPELINE_PLACES.research, 'research.db');
  const earlier = join(dir, PIPELINE_PLACES.root, 'research.db');
  if ((await exists(file)) || !(await exists(earlier))) return;
  for (const suffix of ['-wal', '-shm', '']) {
    if (await exists(earlier + suffix)) await rename(earlier + suffix, file + suffix);
  }
}

/** Signatories only, and in each environment no secret except the key that signs documents. */
function configOf(existing: Members | null, { tenant_id, profile }: PipelineFolderOptions): Members {
  const secrets = [HASHER_SECRET];
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

/** No file of such a folder is longer, in bytes. */
const MAX_LENGTH = 8 * 1_048_576;

async function readOwn(file: string): Promise<string> {
  return (await readRegularFile(file, MAX_LENGTH, { followsLinks: true })).toString('utf8');
}

/** The key in a file, created if there is none. */
async function loadOrCreateKey(file: string): Promise<SigningKey> {
  if (await exists(file)) return signingKeyFromPem(await readOwn(file));
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

import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { packageHash, type SigningKey } from '@wcp/evidence';
import { signCodeAttestation } from '@wcp/evidence/code-attestation';
import { probeSandbox } from '@wcp/sandbox';
import { type RegistryRecord, type Sha256, WcpError } from '@wcp/spec';
import type { CodeAttestation, CodeAttestationRequest } from '@wcp/spec/document';
import { openWorkerHost, readHallKeys } from '@wcp/worker-kit/host';
import type { Logger } from '../base/logger.ts';
import { ChainedCallRegistry } from '../delivery/chained-call-registry.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { PackageSnapshots, pruneSnapshots } from '../delivery/package/package-snapshots.ts';
import { CallBoard } from '../delivery/pull/call-board.ts';
import { connectWorkers } from '../deployment/connect-workers.ts';
import { DeploymentError } from '../deployment/deployment-error.ts';
import { LAYOUT } from '../deployment/layout.ts';
import { readSecrets } from '../deployment/settings/read-secrets.ts';
import type { PermitKeys } from '../storage/keys/permit-keys.ts';
import { HallKeyFollower } from './hall-key-follower.ts';
import { type HostSettings, type HostSources, readHostSettings } from './host-settings.ts';
import { hostedRun } from './hosted-run.ts';

/** How a package is served. */
export interface PackageHostOptions extends HostSources {
  /** The key of the worker's authority, which signs what is said of the code. The worker never sees it. */
  readonly key: SigningKey;
  /** Its file, which must be out of the worker's reach. */
  readonly keyFile: string;
  /** The raw public keys of the Halls whose permits count; without any, only calls of `dev` do. */
  readonly hallKeys: readonly string[];
  /** Where these Halls are reached: a key that changes is followed from there by itself (default: none is). */
  readonly hallUrls?: readonly string[];
  readonly host: string;
  readonly port: number;
  /** Where used permits and the copy of the package are kept (default: a temporary folder, removed at the end). */
  readonly state?: string;
  readonly log?: Logger;
}

/** A package that is served. */
export interface PackageHost {
  readonly url: string;
  readonly record: RegistryRecord;
  /** The hash of what runs, whatever becomes of the folder. */
  readonly code_hash: Sha256;
  /** Takes no more calls, waits for those that run, and ends every process. */
  close(): Promise<void>;
}

/**
 * Serves a worker package to Halls elsewhere: its program runs contained, as processes made of the bytes that were
 * hashed at the start, behind HTTP; and a Hall that asks learns their hash, signed with the authority's key (section
 * 10.5). Where this machine can't contain it, nothing is served.
 *
 * @throws {DeploymentError} with every finding; nothing runs then
 * @example
 * import { signingKeyFromPem } from '@wcp/evidence';
 * import { servePackage } from '@wcp/hall';
 *
 * declare const pem: string;
 * declare const hallKey: string;
 * const host = await servePackage({
 *   dir: 'my-worker',
 *   program: 'bundle.js',
 *   env: {},
 *   key: signingKeyFromPem(pem),
 *   keyFile: 'keys/wcp-key.pem',
 *   hallKeys: [hallKey],
 *   host: '127.0.0.1',
 *   port: 0,
 * });
 * console.log(host.url, host.code_hash);
 * await host.close();
 */
export async function servePackage(options: PackageHostOptions): Promise<PackageHost> {
  const settings = await readHostSettings(options);
  if (readHallKeys(options.hallKeys.join(',')) === null) throw refused('HALL_KEY_INVALID', HALL_KEY);
  await checkContainment();
  await checkReach(options, settings.record);
  const state = resolve(options.state ?? (await mkdtemp(join(tmpdir(), 'wcp-worker-'))));
  const isTemporary = options.state === undefined;
  try {
    const code_hash = await keepImage(options.dir, state);
    const halls = followed(options);
    const delivery = connect(settings, options, state, halls.keys);
    const served = new ServedPackage(options, delivery, code_hash);
    const permitStore = isTemporary ? null : join(state, 'admitted');
    const permits = { hallKeys: options.hallKeys, permitStore, followKeys: halls.follow };
    const { url, close } = await openWorkerHost(served, permits, options).catch((error) => {
      throw refused('NOT_LISTENING', `It cannot listen there (${(error as NodeJS.ErrnoException).code}).`);
    });
    const closeAll = async () => {
      await close();
      await delivery.close();
      if (isTemporary) await remove(state);
    };
    return { url, record: settings.record, code_hash, close: closeAll };
  } catch (error) {
    if (isTemporary) await remove(state);
    throw error;
  }
}

function followed({ hallKeys, hallUrls = [], log = () => {} }: PackageHostOptions): HallKeyFollower {
  return new HallKeyFollower({ hallKeys, hallUrls, log });
}

const HALL_KEY = 'The public key of a Hall must be 64 hexadecimal digits.';

/** A contained worker or none: an uncontained one could read the key of its authority. */
async function checkContainment(): Promise<void> {
  const { is_contained, reason, remedy } = await probeSandbox();
  if (!is_contained) throw refused('NOT_CONTAINED', `${reason ?? ''} ${remedy ?? ''}`.trim());
}

/** What the worker can read or write must not hold the key: it could attest anything with it. */
async function checkReach(
  { dir, keyFile, state }: PackageHostOptions,
  { privilege_envelope }: RegistryRecord,
): Promise<void> {
  const key = await realPlace(keyFile);
  const within = async (folder: string) => {
    const way = relative(await realPlace(folder), key);
    return way.split(sep)[0] !== '..' && !isAbsolute(way);
  };
  const folders = [
    dir,
    ...(privilege_envelope?.filesystem_writes ?? []),
    ...(state === undefined ? [] : [state]),
  ];
  for (const folder of folders) {
    if (!(await within(folder))) continue;
    throw refused(
      'KEY_IN_REACH',
      'The key of the authority is in a folder that the worker sees. Move it elsewhere, and replace it if the worker has run.',
    );
  }
}

async function realPlace(place: string): Promise<string> {
  return realpath(place).catch(() => resolve(place));
}

/** Hashes the package, and keeps a copy of exactly what was hashed: what runs is read from there. */
async function keepImage(dir: string, state: string): Promise<Sha256> {
  try {
    const hash = await packageHash(dir);
    const snapshots = join(state, LAYOUT.snapshots);
    await pruneSnapshots(snapshots, [hash]);
    if ((await new PackageSnapshots(snapshots).open(hash, dir)) !== null) return hash;
  } catch (error) {
    if (!(error instanceof WcpError)) throw error;
    throw refused('PACKAGE_INVALID', error.message);
  }
  throw refused(
    'PACKAGE_CHANGES',
    'The package changes while it is read, or no copy of it can be kept. Try again.',
  );
}

function connect(
  { worker, secrets }: HostSettings,
  { log = () => {} }: PackageHostOptions,
  state: string,
  permitKeys: PermitKeys,
): Delivery {
  const [connected] = connectWorkers([worker], {
    dir: state,
    permitKeys,
    chains: new ChainedCallRegistry(),
    board: new CallBoard(),
    secrets: (names) => readSecrets(names, secrets, process.cwd()),
    log,
  });
  return (connected as { delivery: Delivery }).delivery;
}

/** One worker with one image: a changed package is served by the next start. */
class ServedPackage {
  readonly record: RegistryRecord;
  readonly code_hash: Sha256;
  readonly #options: PackageHostOptions;
  readonly #delivery: Delivery;
  #isChangeLogged = false;

  constructor(options: PackageHostOptions, delivery: Delivery, code_hash: Sha256) {
    this.record = delivery.record;
    this.code_hash = code_hash;
    this.#options = options;
    this.#delivery = delivery;
  }

  readonly run = (...[request, context, options]: RunArguments) =>
    hostedRun({ delivery: this.#delivery, code_hash: this.code_hash }, request, context, options);

  readonly attest = ({ nonce, audience }: CodeAttestationRequest): CodeAttestation => {
    void this.#noteChange();
    const { worker_id } = this.record;
    const enforcement = this.#delivery.containment?.()?.enforcement ?? null;
    const at = new Date().toISOString();
    const { code_hash } = this;
    const draft = {
      worker_id,
      code_hash,
      nonce,
      audience,
      containment: 'contained',
      enforcement,
      at,
    } as const;
    return signCodeAttestation(draft, this.#options.key);
  };

  async #noteChange(): Promise<void> {
    const now = await this.#delivery.observe().catch(() => null);
    const isChanged = now !== this.code_hash;
    if (isChanged && !this.#isChangeLogged) {
      const message = `The package of ${this.record.worker_id} has changed since the start. What runs, and is attested, is still ${this.code_hash}. Start again to serve the new one.`;
      this.#options.log?.('warn', message);
    }
    this.#isChangeLogged = isChanged;
  }
}

type RunArguments = [
  Parameters<typeof hostedRun>[1],
  Parameters<typeof hostedRun>[2],
  Parameters<typeof hostedRun>[3],
];

async function remove(state: string): Promise<void> {
  await pruneSnapshots(join(state, LAYOUT.snapshots), []);
  await rm(state, { recursive: true, force: true });
}

function refused(code: string, message: string): DeploymentError {
  return new DeploymentError([{ file: null, path: null, code, message }]);
}

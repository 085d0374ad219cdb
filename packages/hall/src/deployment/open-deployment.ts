import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadedGate } from '@wcp/policy';
import { normaliseHash } from '@wcp/spec/json';
import type { Logger } from '../base/logger.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { pruneSnapshots } from '../delivery/package/package-snapshots.ts';
import type { AssembledHall } from '../hall/create-hall.ts';
import type { Hall } from '../hall/hall.ts';
import type { HallOptions } from '../hall/hall-options.ts';
import { type ExampleEnrolment, enrolExample } from './create/attest-example.ts';
import { createDeployment } from './create/create-deployment.ts';
import { hasEvidence } from './create/folder-evidence.ts';
import { type CreatedKey, createInitialKeys, createKeys, type NewKey } from './create/initial-keys.ts';
import { keepStoreKey, openKeyFolder } from './create/key-folder.ts';
import { DeploymentError } from './deployment-error.ts';
import { type DocumentWatch, logRejected, watchDocuments } from './document-watch.ts';
import { type DeploymentDocuments, readDocuments } from './documents.ts';
import { exposedFiles } from './exposed-files.ts';
import { openPolicyGate } from './gate/open-policy-gate.ts';
import { LAYOUT } from './layout.ts';
import { listen } from './listen.ts';
import { openHall } from './open-hall.ts';
import { checkDemands } from './settings/approvals/check-demands.ts';
import { type DeploymentSettings, readDeploymentSettings } from './settings/deployment-settings.ts';
import type { LogSettings } from './settings/log-settings.ts';
import type { Env } from './settings/server-file.ts';

/** How a Hall in a folder is opened. */
export interface DeploymentOptions {
  /** Where to listen, instead of what `server.json` says. */
  readonly host?: string;
  readonly port?: number;
  /** Whether the HTTP interface is opened (default true). */
  readonly listens?: boolean;
  /** `first` (default): a Hall without keys gets its first ones. `none`: it stays open, for `dev`. */
  readonly keys?: 'first' | 'none';
  /** Keys to be created in a Hall that has keys: `trial`, valid for a day; `admin`, another admin key. */
  readonly newKeys?: readonly NewKey[];
  /** The variables that `server.json` may name. */
  readonly env?: Env;
  /** See {@link HallOptions.offersApprovalTools}. */
  readonly offersApprovalTools?: boolean;
  /** Stands around the delivery to each worker of `server.json`: what it returns is called instead. */
  readonly around?: (delivery: Delivery) => Delivery;
  readonly log?: Logger;
  /** Opens the log as `server.json` wants it, in the place of `log`. */
  openLog?(settings: LogSettings): Logger;
}

/** A Hall in a folder. */
export interface Deployment {
  readonly hall: Hall;
  /** Where it listens; null where it does not. */
  readonly url: string | null;
  /** What was created just now. The text of the keys is nowhere else. */
  readonly made: { readonly files: readonly string[]; readonly keys: readonly CreatedKey[] };
  /** Ends what runs and closes the store; see {@link Hall.close}. */
  close(patience_ms?: number): Promise<void>;
}

/**
 * Opens the Hall in a folder; an empty folder gets an example, the signing key and the first API keys. Nothing
 * that exists is overwritten. Rules and configuration are watched, `server.json` is read once.
 *
 * @throws {DeploymentError} with every finding; nothing is started then
 * @example
 * import { openDeployment } from '@wcp/hall';
 *
 * const { hall, url, close } = await openDeployment('my-hall', { env: process.env });
 * console.log(url, hall.health().status);
 * await close();
 */
export async function openDeployment(dir: string, options: DeploymentOptions = {}): Promise<Deployment> {
  const { env = {} } = options;
  const files = await createDeployment(dir);
  const settings = await readDeploymentSettings(dir, env);
  const log = options.openLog?.(settings.server.log) ?? options.log ?? (() => {});
  const documents = await readDocuments(dir, true);
  checkDemands(settings.approvals, documents);
  const keys = await openKeyFolder(dir, settings.server.origin, () => hasEvidence(dir, settings.postgres));
  warnOfExposure(await exposedFiles(dir), log);
  await warnOfMissingMark(dir, settings, log);
  const example = await enrolExample(dir, settings.server.origin);
  const { offersApprovalTools = false, around = (delivery) => delivery } = options;
  const gate = await openPolicyGate({ dir, server: settings.server, env, log });
  const shared = { gate, offersApprovalTools, around, log };
  const base = { dir, settings, documents, keys, example, ...shared };
  const hall = await openHall(base);
  const apiKeys: CreatedKey[] = [];
  let watch: DocumentWatch | null = null;
  try {
    if (example !== null) await registerExample(hall, example);
    await reportDocuments(hall, documents, log);
    await removeOldCopies(hall, dir);
    if (!keys.isStoreKeyKept) await keepStoreKey(dir, keys.store_key);
    await makeKeys(hall, options, apiKeys);
    const { host, port } = { ...settings.server, ...options };
    const url = options.listens === false ? null : await listen(hall, { host, port });
    watch = watchDocuments(hall, dir, documents.mark, log, settings.approvals.demands);
    const made = { files: keys.isNew ? [...files, LAYOUT.key] : files, keys: apiKeys };
    return { hall, url, made, close: (patience_ms) => closeAll({ hall, watch, gate }, patience_ms) };
  } catch (error) {
    await closeAll({ hall, watch, gate });
    throw apiKeys.length === 0 ? error : withKeys(error, apiKeys);
  }
}

/** The keys must be reported even now: their text cannot be shown later. */
function withKeys(cause: unknown, keys: readonly CreatedKey[]): DeploymentError {
  const { message } = cause as Error;
  const findings =
    cause instanceof DeploymentError
      ? cause.findings
      : [{ file: null, path: null, code: 'NOT_OPENED', message }];
  return new DeploymentError(findings, { cause, keys });
}

/** Once: a key that was revoked since, or replaced, is not registered again. */
async function registerExample({ parts, registry }: AssembledHall, example: ExampleEnrolment): Promise<void> {
  if (parts.registry.authorities.mustSign(example.authority)) return;
  await registry.addAuthorityKey(example.authority, example.public_key);
}

function warnOfExposure(exposed: readonly string[], log: Logger): void {
  for (const path of exposed) {
    const name = path === '.' ? 'The folder of the Hall' : path;
    log('warn', `${name} is readable by others than its owner. Restrict its permissions (chmod -R go-rwx).`);
  }
}

/** Without it the store is believed as it is: only the operator, who can remove it, may want that. */
async function warnOfMissingMark(dir: string, { postgres }: DeploymentSettings, log: Logger): Promise<void> {
  if (existsSync(join(dir, LAYOUT.mark)) || !(await hasEvidence(dir, postgres))) return;
  const message = `${LAYOUT.mark} is missing, so an earlier state of the store would not be recognised. It is written again from the present state.`;
  log('warn', message);
}

/** Logs broken documents at the start like later ones. */
async function reportDocuments(
  hall: AssembledHall,
  { unreadable, rules, config }: DeploymentDocuments,
  log: Logger,
): Promise<void> {
  const { activeWorld } = hall.parts;
  if (unreadable.length > 0) await hall.reload({ rules, config, unreadable });
  if (activeWorld.rejected.length === 0) return;
  const isBroken = activeWorld.current.world.diagnostics.some(
    ({ level, path }) => level === 'error' && !path.startsWith('/workers'),
  );
  const consequence = isBroken
    ? 'There are no earlier ones: every request is denied until they are fixed.'
    : 'The last good ones are in force.';
  logRejected(log, activeWorld.rejected, consequence);
}

async function makeKeys(
  { parts }: AssembledHall,
  { keys, newKeys = [] }: DeploymentOptions,
  made: CreatedKey[],
): Promise<void> {
  const { identity, clock } = parts;
  if (!identity.isOpen) await createKeys(identity, newKeys, clock.now(), made);
  else if (keys !== 'none') await createInitialKeys(identity, made);
}

/** Only the code of enrolled workers can still run: a request on hold is decided again before it runs. */
async function removeOldCopies({ parts }: AssembledHall, dir: string): Promise<void> {
  const { registry, deliveries } = parts;
  const attested = registry.records().map(({ attestation }) => normaliseHash(attestation?.code_hash));
  const seen = await Promise.all(
    [...deliveries.values()].map((delivery) => delivery.observe().catch(() => null)),
  );
  const keep = [...attested, ...seen].filter((hash) => hash !== null);
  await pruneSnapshots(join(dir, LAYOUT.snapshots), keep);
}

interface OpenParts {
  readonly hall: Hall;
  readonly watch: DocumentWatch | null;
  readonly gate: LoadedGate | null;
}

/** The gate last: what the Hall still finishes may ask it. */
async function closeAll({ hall, watch, gate }: OpenParts, patience_ms?: number): Promise<void> {
  await watch?.close();
  await hall.close(patience_ms);
  await gate?.close();
}

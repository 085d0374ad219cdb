import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { signCheckpointWith } from '@wcp/evidence/log';
import { LOG_STREAM, logReceipt } from '@wcp/evidence/receipt';
import type { Receipt, Sha256 } from '@wcp/spec';
import { v7 } from 'uuid';
import { ProblemError } from '../../base/problem.ts';
import { writeDurably } from '../../storage/archive/write-durably.ts';
import { OpenSigners } from '../../storage/keys/signer-source.ts';
import { type OpenLedger, openLedger } from '../../storage/ledger/ledger.ts';
import type { LedgerIdentity } from '../../storage/ledger/ledger-identity.ts';
import { rowMacOf } from '../../storage/ledger/ledger-identity.ts';
import { readFrontier } from '../../storage/ledger/log-tree.ts';
import { openCurrentStore } from '../../storage/migration/open-current-store.ts';
import { Eraser } from '../../storage/payload/eraser.ts';
import { DeploymentError } from '../deployment-error.ts';
import type { FolderIdentity } from '../folder-identity.ts';
import { LAYOUT } from '../layout.ts';
import { readJsonFile } from '../settings/json-file.ts';
import { readServerSettings } from '../settings/server-settings.ts';
import { asBackupFindings, backupRefused } from './backup-error.ts';
import { type ForgottenAgain, forgetAgain } from './forget-again.ts';
import { judgeLatest } from './latest-proof.ts';
import { type BackupManifest, isManifestSignedBy, MANIFEST } from './manifest.ts';

/** How the log of a backup goes on. */
export interface ContinueOptions {
  /**
   * Checkpoints, with or without cosignatures, or high-water marks that were kept elsewhere, as text: where the newest
   * of them is of the end of the backup, the log goes on under its name.
   */
  readonly latest?: readonly string[] | undefined;
  /** The name under which the log goes on where there is no such proof. */
  readonly new_origin?: string | undefined;
  /**
   * Receipts of the old log that are newer than the backup, one JSON text each: what they say was forgotten is forgotten again. Without them
   * no payload is restored under a new name.
   */
  readonly erasures?: readonly string[] | undefined;
  /** When it is restored, RFC 3339 in UTC. */
  readonly at: string;
}

/** A Hall that was put back. */
export interface Restored extends ForgottenAgain {
  readonly origin: string;
  /** The name that the log had before; null where it goes on under the same. */
  readonly former_origin: string | null;
  /** How many receipts the backup had, and the root over them. */
  readonly size: number;
  readonly root: Sha256;
  /** The position of the receipt of kind `restore`. */
  readonly position: number;
  /** What the folder had beside what a backup holds. */
  readonly left_out: readonly string[];
  readonly made_at: string;
}

/**
 * Checks the whole log in a folder of which nobody knows yet, and lets it go on.
 *
 * @throws {DeploymentError} where it is not the log of the backup, or must not go on under this name
 */
export async function continueLog(
  dir: string,
  identity: FolderIdentity,
  manifest: BackupManifest,
  options: ContinueOptions,
): Promise<Restored> {
  const signers = new OpenSigners();
  try {
    const opened: LedgerIdentity = {
      ...(await signers.identity(identity)),
      archive: join(dir, LAYOUT.archive),
    };
    const file = join(dir, LAYOUT.store);
    const restored = await withLedger(file, opened, async (ledger) => {
      await checkWhole(ledger, manifest);
      await checkContinuation(ledger, opened, manifest, options);
      return goOn(ledger, opened, manifest, options);
    });
    if (restored.former_origin !== null) {
      await renameLog(dir, restored.origin);
      await rm(join(dir, LAYOUT.mark), { force: true });
    }
    // As a Hall opens it: with its new name, and a mark of how far it has come.
    await withLedger(file, { ...opened, origin: restored.origin }, async () => {});
    return restored;
  } finally {
    signers.close();
  }
}

async function withLedger<R>(
  file: string,
  identity: LedgerIdentity,
  work: (ledger: OpenLedger) => Promise<R>,
): Promise<R> {
  const store = await asBackupFindings(openCurrentStore(file, identity), LAYOUT.store);
  try {
    const ledger = await asBackupFindings(openLedger(store, identity), LAYOUT.store);
    try {
      return await work(ledger);
    } finally {
      await ledger.close();
    }
  } finally {
    await store.close();
  }
}

/** Every row of the store, and that they are those that the key of the log has signed for. */
async function checkWhole(ledger: OpenLedger, manifest: BackupManifest): Promise<void> {
  await ledger.check.finish();
  const { failure } = ledger.check;
  if (failure !== null) throw backupRefused('BACKUP_DAMAGED', failure.message, LAYOUT.store, failure);
  await checkArchive(ledger);
  const terms = await ledger.keys();
  const term = terms.find(({ key_id }) => key_id === manifest.signing_key_id);
  const { size, root } = await ledger.head();
  const isItsLog = size === manifest.size && root === manifest.root;
  if (isItsLog && isManifestSignedBy(term?.public_key, manifest)) return;
  const message =
    'The description of the backup is not signed by the key of its log, or is of another log: somebody changed it. Use another backup.';
  throw backupRefused('BACKUP_UNSIGNED', message, MANIFEST);
}

const PAGE = 1_000;

/** Reads what lies in the archive: each tile is compared with the tree. */
async function checkArchive({ store, archived }: OpenLedger): Promise<void> {
  for (let after = -1; after + 1 < archived; after += PAGE) {
    await asBackupFindings(store.list('receipts', { after, limit: PAGE }), LAYOUT.archive);
  }
}

async function checkContinuation(
  ledger: OpenLedger,
  identity: LedgerIdentity,
  { origin, size }: BackupManifest,
  { latest = [], new_origin }: ContinueOptions,
): Promise<void> {
  if (new_origin !== undefined) return checkNewName(ledger, origin, new_origin);
  if (latest.length === 0) throw backupRefused('CONTINUATION_UNPROVEN', UNPROVEN);
  const rootAt = async (at: number) => (await readFrontier(ledger.sealed, at)).root();
  const mac = rowMacOf(identity);
  const seal = ledger.store.version;
  const findings = await judgeLatest(latest, { origin, size, rootAt, seal, terms: await ledger.keys(), mac });
  if (findings.length > 0) throw new DeploymentError(findings);
}

const UNPROVEN =
  'Nothing shows that the log did not go on after the backup: it would fork. Give the newest checkpoint that a witness, a copy of checkpoints or the high-water mark has with --latest, or let the log go on under another name with --new-origin.';

/** A name that the log has or had would be that of two logs. */
async function checkNewName({ store }: OpenLedger, origin: string, new_origin: string): Promise<void> {
  readSettings({ origin: new_origin });
  const rows = await store.list('receipts', {
    where: { stream: LOG_STREAM, kind: 'restore' },
    limit: 100_000,
  });
  const former = rows.map(({ receipt }) => (JSON.parse(receipt) as Receipt).restore?.former_origin);
  if (![origin, ...former].includes(new_origin)) return;
  throw backupRefused(
    'ORIGIN_USED',
    `The log has or had the name ${new_origin} already. Choose another one.`,
  );
}

async function goOn(
  ledger: OpenLedger,
  identity: LedgerIdentity,
  { origin, size, root, left_out, made_at }: BackupManifest,
  { new_origin, at, erasures }: ContinueOptions,
): Promise<Restored> {
  const former_origin = new_origin === undefined ? null : origin;
  const { receipt_id: _, ...draft } = logReceipt({
    receipt_id: v7(),
    at,
    statement: { kind: 'restore', restore: { former_origin, size, root } },
  });
  await ledger.append([{ evidence: { kind: 'plain', draft } }]);
  const eraser = await Eraser.open(ledger);
  const forgotten = await forgetAgain({ ledger, eraser, at, erasures, isSame: former_origin === null });
  const name = new_origin ?? origin;
  await signHead(ledger, identity, name, at);
  return { origin: name, former_origin, size, root, position: size, left_out, made_at, ...forgotten };
}

/** The first checkpoint under a new name: what was signed under the old one covers less. */
async function signHead(
  ledger: OpenLedger,
  identity: LedgerIdentity,
  origin: string,
  at: string,
): Promise<void> {
  const { size, root } = await ledger.head();
  const inForce = (await ledger.keys()).at(-1)?.key_id;
  const signer = identity.next?.keyId === inForce ? identity.next : identity.key;
  const note = await signCheckpointWith({ origin, size, root }, signer as LedgerIdentity['key']);
  await ledger.store.commit([{ put: 'checkpoints', row: { size, note, at } }]);
}

/** @throws {DeploymentError} for a name that `server.json` must not have */
async function renameLog(dir: string, origin: string): Promise<void> {
  const read = await readJsonFile(dir, LAYOUT.server);
  const renamed = { ...(read.ok ? (read.value as object) : {}), origin };
  readSettings(renamed);
  await writeDurably(join(dir, LAYOUT.server), `${JSON.stringify(renamed, null, 2)}\n`);
}

function readSettings(settings: object): void {
  try {
    readServerSettings(settings);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    throw new DeploymentError(error.findings.map((each) => ({ ...each, file: LAYOUT.server })));
  }
}

import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { verifyLog } from '@wcp/evidence';
import { verifyTiles } from '@wcp/evidence/tiles';
import type { Receipt } from '@wcp/spec';
import { partsOf } from '../../../src/hall/create-hall.ts';
import {
  archiveEvidence,
  backUpFolder,
  type Deployment,
  openDeployment,
  ProblemError,
  restoreHall,
} from '../../../src/index.ts';

/** What happens to a Hall. A number is that of a former key. */
export type Step =
  | { readonly do: 'decide' | 'forget'; readonly tenant_id: string }
  | { readonly do: 'revoke'; readonly former: number }
  | { readonly do: 'rotate' | 'checkpoint' | 'forget-all' | 'archive' | 'crash' | 'restart' }
  | { readonly do: 'restore'; readonly underNewName: boolean };

const PASSPHRASE = 'correct horse battery staple';
const MOST = 1_000_000;

/** A Hall in a folder, to which one thing after another happens. */
export class LivedLog {
  readonly #place: string;
  #dir: string;
  #folders = 0;
  #opened: Deployment | null = null;

  /** @param place a folder for all folders of this Hall; the first is `0` */
  constructor(place: string) {
    this.#place = place;
    this.#dir = join(place, '0');
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'decide':
        return this.#decide(step.tenant_id);
      case 'forget':
        return this.#forget({ tenant_id: step.tenant_id });
      case 'forget-all':
        return this.#forget({ before: new Date(Date.now() + 60_000).toISOString() });
      case 'rotate':
        await (await this.#hall()).log.rotateKey();
        return;
      case 'revoke':
        return this.#revoke(step.former);
      case 'checkpoint':
        await (await this.#hall()).log.checkpoint();
        return;
      case 'archive':
        return this.#archive();
      case 'crash':
        return this.#crash();
      case 'restart':
        return this.close();
      case 'restore':
        return this.#restore(step.underNewName);
    }
  }

  async close(): Promise<void> {
    await this.#opened?.close(0);
    this.#opened = null;
  }

  /** What an auditor gets who knows the first key alone: receipts, and the checkpoints under the present name. */
  async evidence() {
    const hall = await this.#hall();
    await hall.log.checkpoint();
    const { store } = partsOf(hall).storage;
    const rows = await store.list('receipts', { limit: MOST });
    const notes = await store.list('checkpoints', { limit: MOST });
    const { origin } = hall.log;
    return {
      origin,
      receipts: rows.map(({ receipt }) => JSON.parse(receipt) as Receipt),
      checkpoints: notes.flatMap(({ note }) => (note.startsWith(`${origin}\n`) ? [note] : [])),
      first_key: hall.log.keys()[0]?.public_key as string,
    };
  }

  /** The archive, and every key of the log; null where nothing was archived. */
  async archive(): Promise<{ readonly dir: string; readonly keys: Readonly<Record<string, string>> } | null> {
    const keys = (await this.#hall()).log.keys().map(({ key_id, public_key }) => [key_id, public_key]);
    const dir = join(this.#dir, 'archive');
    return existsSync(dir) ? { dir, keys: Object.fromEntries(keys) } : null;
  }

  async #hall() {
    this.#opened ??= await openDeployment(this.#dir, { listens: false, keys: 'none', log: () => {} });
    return this.#opened.hall;
  }

  async #decide(tenant_id: string): Promise<void> {
    const hall = await this.#hall();
    const members = { env: 'dev', data_label: 'PUBLIC', tenant_risk: 'low', qos_class: 'P2' };
    const input = { ...members, capability_id: 'cap.hello.greet', tenant_id, request: { name: 'Ada' } };
    await Promise.all(['c-1', 'c-2'].map((correlation_id) => hall.route({ ...input, correlation_id })));
  }

  async #forget(request: { tenant_id: string } | { before: string }): Promise<void> {
    try {
      await (await this.#hall()).forget(request);
    } catch (error) {
      // What is forgotten already cannot be forgotten again: nothing has happened then.
      if (!(error instanceof ProblemError) || error.code !== 'CONFLICT') throw error;
    }
  }

  /** From the end of its term on: the log stays as it was. */
  async #revoke(former: number): Promise<void> {
    const { log } = await this.#hall();
    const ended = log.keys().filter(({ to_position }) => to_position !== null);
    const key = ended[former % Math.max(1, ended.length)];
    if (key !== undefined) await log.revokeKey(key.key_id, { position: key.to_position ?? 0 });
  }

  async #archive(): Promise<void> {
    await this.close();
    await archiveEvidence(this.#dir, { before: { position: MOST }, at: new Date().toISOString() });
  }

  /** What is on the disk at this moment is all that is left: the process never closed anything. */
  async #crash(): Promise<void> {
    await this.#hall();
    const next = this.#nextFolder();
    cpSync(this.#dir, next, { recursive: true });
    await this.close();
    this.#move(next);
  }

  async #restore(underNewName: boolean): Promise<void> {
    const note = await (await this.#hall()).log.checkpoint();
    await this.close();
    const [backup, next] = [this.#nextFolder(), this.#nextFolder()];
    const at = new Date().toISOString();
    await backUpFolder(this.#dir, backup, { passphrase: PASSPHRASE, at });
    const goesOn = underNewName ? { new_origin: `hall.example/${this.#folders}` } : { latest: [note] };
    await restoreHall(backup, next, { passphrase: PASSPHRASE, at, ...goesOn });
    // What a backup leaves out is put back by hand.
    cpSync(join(this.#dir, 'workers'), join(next, 'workers'), { recursive: true });
    rmSync(backup, { recursive: true });
    this.#move(next);
  }

  #nextFolder(): string {
    this.#folders += 1;
    return join(this.#place, String(this.#folders));
  }

  #move(to: string): void {
    rmSync(this.#dir, { recursive: true });
    this.#dir = to;
  }
}

/** The codes that an auditor finds. */
export function codesOf(evidence: Parameters<typeof verifyLog>[0]): string[] {
  return verifyLog(evidence).findings.map(({ index, code }) => `${index} ${code}`);
}

/** The codes that are found in an archive. */
export async function codesOfArchive({ dir, keys }: { dir: string; keys: unknown }): Promise<string[]> {
  const { findings } = await verifyTiles(dir, { keys, threads: 1 });
  return findings.map(({ index, code }) => `${index} ${code}`);
}

import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, sha256 } from '@wcp/spec';
import type { HookClient, HookedCall } from './hook-clients.ts';

/** A call that the Hall has started, until its end is told. */
export interface StartedCall {
  readonly claim_id: string;
  readonly worker_id: string;
  readonly decision_id: string;
}

/** A call that waits for a steward. */
export interface WaitingCall {
  readonly approval_id: string;
  readonly correlation_id: string;
}

const OWNER_ONLY = { folder: 0o700, file: 0o600 } as const;
const MAX_BYTES = 16_384;
const DAY_MS = 86_400_000;
/** Files that one look at the folder removes at most. */
const MAX_PRUNED = 100;

/** What one hook leaves for the next one: a private folder with a file for each call. */
export class HookCalls {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /**
   * Notes a started call.
   *
   * @throws where there is a note of that very call, or none can be written
   */
  async keep(client: HookClient, call: HookedCall, started: StartedCall): Promise<void> {
    await this.#prepare();
    // An agent that names no calls may make the same one twice: each has a note of its own.
    const tail = call.call_id === null ? `.${Date.now().toString().padStart(15, '0')}.${randomUUID()}` : '';
    await this.#write(`${nameOf(client, call)}${tail}.started.json`, started, 'wx');
  }

  /** Whether a call has been started before, and has not ended. */
  async has(client: HookClient, call: HookedCall): Promise<boolean> {
    if (call.call_id === null) return false;
    return stat(join(this.#dir, `${nameOf(client, call)}.started.json`)).then(
      () => true,
      () => false,
    );
  }

  /** Takes the note of a call, the oldest of equal ones, so that nobody else gets it; null where there is none. */
  async take(client: HookClient, call: HookedCall): Promise<StartedCall | null> {
    const names = await readdir(this.#dir).catch(() => []);
    const prefix = nameOf(client, call);
    const own = names.filter((name) => name.startsWith(prefix) && name.endsWith('.started.json')).sort();
    for (const name of own) {
      const taken = join(this.#dir, `${name}.${randomUUID()}.taken`);
      const isMine = await rename(join(this.#dir, name), taken).then(
        () => true,
        () => false,
      );
      if (!isMine) continue;
      const note = await readNote(taken);
      await rm(taken, { force: true });
      return note as StartedCall | null;
    }
    return null;
  }

  /** The hold of an equal call that was made before; null where there is none. */
  async waiting(client: HookClient, call: HookedCall): Promise<WaitingCall | null> {
    return (await readNote(join(this.#dir, heldName(client, call)))) as WaitingCall | null;
  }

  async keepWaiting(client: HookClient, call: HookedCall, waiting: WaitingCall): Promise<void> {
    await this.#prepare();
    await this.#write(heldName(client, call), waiting, 'w');
  }

  async forgetWaiting(client: HookClient, call: HookedCall): Promise<void> {
    await rm(join(this.#dir, heldName(client, call)), { force: true });
  }

  async #write(name: string, note: object, flag: 'w' | 'wx'): Promise<void> {
    await writeFile(join(this.#dir, name), JSON.stringify(note), { flag, mode: OWNER_ONLY.file });
  }

  /** Notes of calls whose end nobody told are of no use after a day: their leases have ended. */
  async #prepare(): Promise<void> {
    await mkdir(this.#dir, { recursive: true, mode: OWNER_ONLY.folder });
    let pruned = 0;
    for (const name of await readdir(this.#dir)) {
      if (pruned >= MAX_PRUNED) return;
      const path = join(this.#dir, name);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
      if (Date.now() - mtimeMs < DAY_MS) continue;
      await rm(path, { force: true });
      pruned += 1;
    }
  }
}

function nameOf(client: HookClient, { session_id, tool, input, call_id }: HookedCall): string {
  const named = call_id === null ? [client, session_id, tool, input] : [client, session_id, call_id];
  return hashOf(named);
}

/** A call that is made again has another name. */
function heldName(client: HookClient, { session_id, tool, input }: HookedCall): string {
  return `${hashOf([client, session_id, tool, input])}.held.json`;
}

function hashOf(value: unknown): string {
  return sha256(canonicalJson(value)).slice('sha256:'.length);
}

async function readNote(file: string): Promise<unknown> {
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) return null;
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file)));
  } catch {
    return null;
  }
}

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '@wcp/spec';
import { z } from 'zod';
import type { HeldCallStorage, KeptCall } from '../../hold/held-calls.ts';
import { GATEWAY_LAYOUT } from './layout.ts';
import { readText } from './read-text.ts';
import { writeNew } from './write-file.ts';

const kept = z.strictObject({
  tenant_id: z.string(),
  call: z.string(),
  request_state: z.string(),
  keep_until: z.number(),
});

const MAX_FILES = 4096;

/** The held calls of a folder, a file each: what is in one counts only with a request state that this gateway sealed. */
export function heldCallFiles(dir: string): HeldCallStorage {
  // One after another: what is removed last must not come back.
  let last: Promise<unknown> = Promise.resolve();
  const next = async (act: () => Promise<unknown>) => {
    const done = last.then(act);
    last = done.catch(() => undefined);
    await done;
  };
  return {
    write: (call) => next(() => writeNew(fileOf(dir, call), `${JSON.stringify(call)}\n`)),
    remove: (call) => next(() => rm(fileOf(dir, call), { force: true })),
  };
}

/** What an earlier process left, the one that ends first foremost. What is over or cannot be read is removed. */
export async function readHeldCalls(dir: string, now: number): Promise<KeptCall[]> {
  const folder = join(dir, GATEWAY_LAYOUT.held);
  const names = await readdir(folder).catch(() => []);
  const calls: KeptCall[] = [];
  for (const name of names) {
    const file = join(folder, name);
    const call = calls.length < MAX_FILES ? await readCall(file) : null;
    if (call !== null && call.keep_until > now) calls.push(call);
    else await rm(file, { force: true });
  }
  return calls.sort((one, other) => one.keep_until - other.keep_until);
}

async function readCall(file: string): Promise<KeptCall | null> {
  try {
    const parsed = kept.safeParse(JSON.parse((await readText(file)) ?? ''));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function fileOf(dir: string, { request_state }: KeptCall): string {
  return join(dir, GATEWAY_LAYOUT.held, `${sha256(request_state).replace(/^sha256:/, '')}.json`);
}

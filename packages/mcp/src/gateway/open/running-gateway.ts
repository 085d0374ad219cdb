import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { GATEWAY_LAYOUT } from '../folder/layout.ts';
import { replaceFile } from '../folder/write-file.ts';

const running = z.strictObject({
  pid: z.int(),
  /** The face of agents. */
  mcp_url: z.string(),
  hall_url: z.string(),
});

/** Where the gateway of a folder runs. */
export type RunningGateway = z.infer<typeof running>;

const ASK_MS = 2_000;

/** The gateway that has a folder now; null where none does, or where it does not answer. */
export async function findRunning(dir: string): Promise<RunningGateway | null> {
  const text = await readFile(join(dir, GATEWAY_LAYOUT.running), 'utf8').catch(() => null);
  if (text === null) return null;
  const parsed = running.safeParse(jsonOf(text));
  return parsed.success && (await answers(parsed.data)) ? parsed.data : null;
}

/** Says where this gateway runs; the function that it returns takes that back. */
export async function noteRunning(dir: string, gateway: RunningGateway): Promise<() => Promise<void>> {
  const file = join(dir, GATEWAY_LAYOUT.running);
  const text = `${JSON.stringify(gateway)}\n`;
  await replaceFile(file, text);
  return async () => {
    // Another gateway may have the folder by now.
    if ((await readFile(file, 'utf8').catch(() => null)) === text) await rm(file, { force: true });
  };
}

/** A face without a key answers 401; anything else at that address is not one. */
async function answers({ mcp_url }: RunningGateway): Promise<boolean> {
  try {
    const response = await fetch(mcp_url, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(ASK_MS),
    });
    await response.body?.cancel();
    return response.status === 401;
  } catch {
    return false;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

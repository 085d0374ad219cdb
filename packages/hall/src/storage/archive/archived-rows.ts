import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DecisionRow } from '../store/store.ts';

/** Where the decisions of a tile of receipts are, below the folder of an archive. */
export function decisionsPath(tilePath: string): string {
  return `${tilePath.replace(/^tile\/entries\//, 'decisions/')}.jsonl`;
}

/** A row with its code, as a line: what is bytes is written as {"base64": …}. */
export function writeRow(row: DecisionRow): string {
  return JSON.stringify(row, (_, value: unknown) => {
    const bytes = bytesOf(value);
    return bytes === null ? value : { base64: bytes.toString('base64') };
  });
}

/** A buffer has been through `toJSON` by the time a replacer sees it. */
function bytesOf(value: unknown): Buffer | null {
  if (value instanceof Uint8Array) return Buffer.from(value);
  const { type, data } = Object(value) as { type?: unknown; data?: unknown };
  return type === 'Buffer' && Array.isArray(data) ? Buffer.from(data) : null;
}

/** The row of a line, to be checked against its code. */
export function readRow(line: string): DecisionRow {
  return JSON.parse(line, (_, value: unknown) => {
    const { base64 } = Object(value) as { base64?: unknown };
    const isBytes = typeof base64 === 'string' && Object.keys(value as object).length === 1;
    return isBytes ? Buffer.from(base64, 'base64') : value;
  }) as DecisionRow;
}

/** Writes a file for its owner alone, whole and durably; one of an interrupted run is replaced. */
export async function writeDurably(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.tmp`;
  await rm(temporary, { force: true });
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}

import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type { ExportBatch, ExportTarget, FileTargetOptions } from './export-target.ts';
import { linesOf } from './receipt-forms.ts';

const MAX_BYTES = 100_000_000;
const KEEP = 10;
const BATCH = 500;
const NEWLINE = 0x0a;
const TAIL = 1 << 16;
/** Receipts name tenants and workers: for the Hall's user alone. */
const MODE = 0o600;
const { O_RDWR, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;

/** Appends JSON lines to a file. What was acknowledged is on disk; a line is never torn, even by a kill. */
export function fileTarget({ path, max_bytes = MAX_BYTES, keep = KEEP }: FileTargetOptions): ExportTarget {
  let file: FileHandle | null = null;
  const opened = async () => {
    file ??= await openWhole(path);
    return file;
  };
  const close = async () => {
    const open = file;
    file = null;
    await open?.close();
  };
  return {
    maxBatch: BATCH,
    async send({ documents }: ExportBatch) {
      const lines = Buffer.from(linesOf(documents));
      try {
        const { size } = await (await opened()).stat();
        if (size > 0 && size + lines.length > max_bytes) {
          await close();
          await setAside(path, keep);
        }
        const target = await opened();
        await target.appendFile(lines);
        await target.sync();
      } catch (error) {
        // Whatever was written of it is cut off when the file is opened again.
        await close().catch(() => {});
        throw error;
      }
    },
    close,
  };
}

/** Opens the file without a line that a kill has torn. */
async function openWhole(path: string): Promise<FileHandle> {
  const file = await open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW, MODE);
  try {
    const { size } = await file.stat();
    const end = await endOfLastLine(file, size);
    if (end < size) await file.truncate(end);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Where the last whole line ends, looked for from the end. */
async function endOfLastLine(file: FileHandle, size: number): Promise<number> {
  const buffer = Buffer.alloc(TAIL);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - TAIL);
    const { bytesRead } = await file.read(buffer, 0, end - start, start);
    const at = buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}

/** `file` becomes `file.1`, `file.1` becomes `file.2`; the oldest goes. */
async function setAside(path: string, keep: number): Promise<void> {
  await rm(`${path}.${keep}`, { force: true });
  for (let index = keep - 1; index >= 1; index -= 1)
    await moveIfThere(`${path}.${index}`, `${path}.${index + 1}`);
  await moveIfThere(path, `${path}.1`);
}

async function moveIfThere(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

import { createReadStream } from 'node:fs';
import type { Terminal } from '../terminal.ts';

/** A text, or in one sentence why it could not be read. */
export type TextReading =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string };

/** More than this no document of the protocol has. */
const LARGEST = 64 * 1024 * 1024;

/** By the system's code, what to say of a file. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such file. Check the name and the folder you are in.',
  EISDIR: 'This is a folder; name a file in it.',
  ENOTDIR: 'A part of this path is a file, not a folder.',
  EACCES: 'You may not read this file.',
  EPERM: 'You may not read this file.',
  ELOOP: 'This is a link that leads to itself.',
  ENAMETOOLONG: 'This name is longer than the system allows.',
  EMFILE: 'Too many files are open.',
};

/** Why the system refused a file, in one sentence without a path. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? '';
  return REASONS[code] ?? `The system refused it${/^E[A-Z0-9]+$/.test(code) ? ` (${code})` : ''}.`;
}

/** Reads a file, or standard input where it is named `-`, as UTF-8. */
export async function readText(terminal: Terminal, file: string): Promise<TextReading> {
  try {
    const bytes = await readBytes(file === '-' ? terminal.readStdin() : createReadStream(file));
    if (bytes === null) return { ok: false, message: 'This is larger than 64 MiB.' };
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch (error) {
    if (error instanceof TypeError && !('syscall' in error)) {
      return { ok: false, message: 'This is not UTF-8 text. Save it as UTF-8.' };
    }
    return { ok: false, message: reasonOf(error) };
  }
}

async function readBytes(stream: AsyncIterable<Uint8Array>): Promise<Buffer | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > LARGEST) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

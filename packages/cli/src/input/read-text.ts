import { openFile, readBounded } from '../base/open-file.ts';
import { reasonOf } from '../base/system-error.ts';
import type { Terminal } from '../base/terminal.ts';
import { BYTE_ORDER_MARK, hasByteOrderMark } from './byte-order-mark.ts';

/** A text, or one sentence that says why it could not be read. */
export type TextReading =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly code: 'UNREADABLE' | 'BYTE_ORDER_MARK'; readonly message: string };

/** No document of the protocol is larger, in bytes. */
const MAX_SIZE = 64 * 1024 * 1024;

/** Reads a file, or standard input if its name is `-`, as UTF-8. */
export async function readText(terminal: Terminal, file: string): Promise<TextReading> {
  try {
    const bytes = await readBounded(file === '-' ? terminal.readStdin() : await openFile(file), MAX_SIZE);
    if (bytes === null) return unreadable('This is larger than 64 MiB.');
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return hasByteOrderMark(text)
      ? { ok: false, code: 'BYTE_ORDER_MARK', message: BYTE_ORDER_MARK }
      : { ok: true, text };
  } catch (error) {
    if (error instanceof TypeError && !('syscall' in error)) {
      return unreadable('This is not UTF-8 text. Save it as UTF-8.');
    }
    return unreadable(reasonOf(error));
  }
}

function unreadable(message: string): TextReading {
  return { ok: false, code: 'UNREADABLE', message };
}

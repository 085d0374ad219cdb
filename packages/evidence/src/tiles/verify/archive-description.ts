import { isObject, own } from '../../base/own-member.ts';

/** What an archive says of itself in `archive.json`: nothing of it is believed that is not computed again. */
export interface Archive {
  /** How many receipts it holds: those at the positions below. */
  readonly size: number;
  /** The size of the log whose checkpoint came with it. */
  readonly log_size: number;
  /** That the log of that size begins with the archive (RFC 9162 section 2.1.4). */
  readonly proof: unknown;
}

/** The description of an archive; null where there is none, or none that can be read. */
export function readArchive(text: string): Archive | null {
  try {
    const value: unknown = JSON.parse(text);
    const [size, log_size, proof] = ['size', 'log_size', 'proof'].map((name) => own(value, name));
    const isArchive = isObject(value) && isSize(size) && isSize(log_size);
    return isArchive ? { size, log_size, proof } : null;
  } catch {
    return null;
  }
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

import { readFile } from 'node:fs/promises';
import { misuse } from './misuse.ts';
import { readDocument } from './read-document.ts';
import { type KnownFailure, KnownFailuresSchema } from './schema/known-failures.ts';

/**
 * Reads a port's list of known failures, a JSON file `[{"id": …, "reason": …}]` (WCP-11-46).
 *
 * @throws {WcpError} `ERR_WCP_CONFORMANCE` for a file that is missing or not of that form.
 */
export async function loadKnownFailures(file: string): Promise<readonly KnownFailure[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw misuse(`The list of known failures ${file} cannot be read.`, cause);
  }
  return readDocument(KnownFailuresSchema, text, `The list of known failures ${file}`);
}

/** The reason of each listed case; a case that is listed twice is refused. */
export function reasonsOf(list: readonly KnownFailure[]): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  for (const { id, reason } of list) {
    if (reasons.has(id)) throw misuse(`The case ${id} is listed twice as a known failure.`);
    reasons.set(id, reason);
  }
  return reasons;
}

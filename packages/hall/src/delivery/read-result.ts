import type { WorkerResult } from '@wcp/spec';
import { WorkerResultSchema } from '@wcp/spec/document';
import { parseJson } from '@wcp/spec/json';
import { Compile } from 'typebox/compile';

const RESULT = Compile(WorkerResultSchema);
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The result that a worker gave; null where it does not have the form of one (section 10). */
export function readResult(value: unknown): WorkerResult | null {
  return RESULT.Check(value) ? value : null;
}

/** The JSON object in bytes that a worker wrote; null where they are none. */
export function readObject(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const value = parseJson(UTF8.decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

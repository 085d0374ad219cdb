import { parseWitnessPolicy, type WitnessPolicy } from '@wcp/evidence/witness';
import type { InputReader } from '../input/input-reader.ts';

/** The witness policy in a file; null where none is named, or it is broken. */
export async function loadWitnessPolicy(
  reader: InputReader,
  file: string | undefined,
): Promise<WitnessPolicy | null> {
  const text = file === undefined ? null : await reader.text(file);
  if (file === undefined || text === null) return null;
  const reading = parseWitnessPolicy(text);
  if (reading.ok) return reading.policy;
  for (const { line, message } of reading.findings) {
    const place = line === 0 ? null : { line, column: 1 };
    reader.add({ level: 'error', file, place, path: null, code: 'POLICY_INVALID', message });
  }
  return null;
}

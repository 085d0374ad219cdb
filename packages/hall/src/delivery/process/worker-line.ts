import type { WorkerResult } from '@wcp/spec';
import { type RefusedBytes, readObject, readResult } from '../call-json.ts';

/** A line that a worker wrote. */
export type WorkerLine =
  | { readonly kind: 'answer'; readonly id: unknown; readonly result: WorkerResult | null }
  | { readonly kind: 'dispatch'; readonly id: unknown; readonly seq: number; readonly asked: unknown }
  | { readonly kind: 'blank' }
  | { readonly kind: 'junk'; readonly code: RefusedBytes };

const JUNK: WorkerLine = { kind: 'junk', code: 'DELIVERY_JUNK' };
const BLANK: WorkerLine = { kind: 'blank' };
/** JSON's white space but the newline, which ends a line. */
const WHITE_SPACE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0d]);

/** Reads a line of a worker: a result with the id of its call, a request for a chained dispatch, or nothing. */
export function readWorkerLine(bytes: Uint8Array): WorkerLine {
  if (bytes.every((byte) => WHITE_SPACE.has(byte))) return BLANK;
  const value = readObject(bytes);
  if (typeof value === 'string') return { kind: 'junk', code: value };
  if (Object.hasOwn(value, 'dispatch')) return readDispatch(value);
  const { id, ...result } = value;
  return { kind: 'answer', id, result: readResult(result) };
}

function readDispatch({ dispatch, ...rest }: Record<string, unknown>): WorkerLine {
  if (typeof dispatch !== 'object' || dispatch === null || Object.keys(rest).length > 0) return JUNK;
  const { id, seq, asked } = dispatch as Record<string, unknown>;
  return Number.isSafeInteger(seq) ? { kind: 'dispatch', id, seq: seq as number, asked } : JUNK;
}

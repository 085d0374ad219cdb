import type { WorkerResult } from '@wcp/spec';
import { readObject, readResult } from '../call-json.ts';

/** A line that a worker wrote. */
export type WorkerLine =
  | { readonly kind: 'answer'; readonly id: unknown; readonly result: WorkerResult | null }
  | { readonly kind: 'dispatch'; readonly id: unknown; readonly seq: number; readonly asked: unknown }
  | { readonly kind: 'junk' };

const JUNK: WorkerLine = { kind: 'junk' };

/** Reads a line of a worker: a result with the id of its call, or a request for a chained dispatch. */
export function readWorkerLine(bytes: Uint8Array): WorkerLine {
  const value = readObject(bytes);
  if (value === null) return JUNK;
  if (Object.hasOwn(value, 'dispatch')) return readDispatch(value);
  const { id, ...result } = value;
  return { kind: 'answer', id, result: readResult(result) };
}

function readDispatch({ dispatch, ...rest }: Record<string, unknown>): WorkerLine {
  if (typeof dispatch !== 'object' || dispatch === null || Object.keys(rest).length > 0) return JUNK;
  const { id, seq, asked } = dispatch as Record<string, unknown>;
  return Number.isSafeInteger(seq) ? { kind: 'dispatch', id, seq: seq as number, asked } : JUNK;
}

import type { PermitOptions } from '../permit/permit-gate.ts';
import { readHallKeys } from '../permit/verify-permit.ts';

/** How a served worker knows its Hall; what is absent is taken from the environment. */
export interface ServeOptions {
  /** The raw public keys of the Halls, 64 hexadecimal digits each; else `WCP_HALL_PUBLIC_KEY`. */
  readonly hallKeys?: readonly string[];
  /** The folder where used permits are noted; else `WCP_PERMIT_STORE`. */
  readonly permitStore?: string;
}

/** How a worker asks for permits, or in one sentence what is wrong with what says so. */
export function readPosture(
  { hallKeys, permitStore }: ServeOptions,
  env: Readonly<Record<string, string | undefined>>,
): PermitOptions | string {
  const keys = readHallKeys(hallKeys?.join(',') ?? env['WCP_HALL_PUBLIC_KEY'] ?? '');
  if (keys === null) return 'WCP_HALL_PUBLIC_KEY is 64 hexadecimal digits, or several of these with commas.';
  const store = permitStore ?? env['WCP_PERMIT_STORE'] ?? '';
  return { hallKeys: keys, permitStore: store === '' ? null : store };
}

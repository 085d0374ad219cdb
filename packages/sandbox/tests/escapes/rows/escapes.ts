import { CODE } from './code.ts';
import type { EscapeRow } from './escape-row.ts';
import { FILES } from './files.ts';
import { KERNEL } from './kernel.ts';
import { LIMITS } from './limits.ts';
import { NETWORK } from './network.ts';
import { PROCESSES } from './processes.ts';

const isDeep = process.env['WCP_DEEP'] === '1';

/** Every row: a new one is a row of its table, and a program where there is none yet. */
export const ESCAPES: readonly EscapeRow[] = [
  ...FILES,
  ...PROCESSES,
  ...NETWORK,
  ...LIMITS,
  ...CODE,
  ...KERNEL,
].map(({ deep, ...row }) => (isDeep ? { ...row, ...deep } : row));

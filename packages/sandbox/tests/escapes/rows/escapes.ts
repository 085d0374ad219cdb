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

/** Every fourth row of a pass. */
const SHARE = 4;

/**
 * The rows of a pass: all of them in `npm run test:escapes`, a share of them in `npm test`, another one for each pass,
 * so that three passes show three quarters of the rows there too.
 */
export function rowsOfPass(pass: 0 | 1 | 2): readonly EscapeRow[] {
  return process.env['WCP_ESCAPES'] === '1' ? ESCAPES : ESCAPES.filter((_, index) => index % SHARE === pass);
}

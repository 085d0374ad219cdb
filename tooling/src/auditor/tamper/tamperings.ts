import { CHECKPOINTS } from './rows/checkpoints.ts';
import { RECORDS } from './rows/decisions.ts';
import { DOCUMENTS } from './rows/documents.ts';
import { PART } from './rows/part.ts';
import { RECEIPT_LIST } from './rows/receipt-list.ts';
import { RECEIPT_MEMBERS } from './rows/receipt-members.ts';
import { TILE_FILES } from './rows/tiles.ts';
import type { Tampering } from './tampering.ts';

/** Every way to tamper with evidence that an auditor must find, a row for each. */
export const TAMPERINGS: readonly Tampering[] = [
  ...RECEIPT_MEMBERS,
  ...RECEIPT_LIST,
  ...CHECKPOINTS,
  ...RECORDS,
  ...PART,
  ...TILE_FILES,
  ...DOCUMENTS,
];

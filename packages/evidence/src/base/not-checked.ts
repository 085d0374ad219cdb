const MEANINGS = {
  WITNESSES_NOT_CHECKED:
    'No witness was asked for: whoever had the key could have written the whole log anew, and nothing here would show it.',
  REVOKED_KEY_NOT_WITNESSED:
    'A key was revoked. That a receipt before the revocation was written before the key was stolen shows only from a checkpoint that a witness saw, and none was asked for.',
  KEY_CHANGES_NOT_COMPLETE:
    'This is part of a log: a key may have been revoked by a receipt that is not part of it.',
  REST_OF_LOG_NOT_CHECKED:
    'This is an archive, which holds only the beginning of a log: the receipts behind its end are not here.',
  TIMESTAMPS_NOT_CHECKED:
    'No timestamp of another authority was verified: when all of this was written, only its own clock says.',
  FIRST_KEY_NOT_GIVEN:
    'The key came with the evidence: whoever wrote the evidence may have made it. Give the first key of the log as you know it.',
  STREAM_ENDS_NOT_CHECKED:
    'This is part of a log: receipts missing from the end of a stream cannot be detected.',
  END_NOT_CHECKED: 'Receipts missing from the end of the log cannot be detected, which was accepted.',
  TIMES_NOT_CHECKED: 'Whether the times of the receipts are in order was not asked.',
} as const;

/** What a verification could not say, as evidence or a policy for it is missing. */
export type NotCheckedCode = keyof typeof MEANINGS;

/** One thing that a verification did not check. The message is for people. */
export interface NotChecked {
  readonly code: NotCheckedCode;
  readonly message: string;
}

/**
 * The statement of one code.
 *
 * @example
 * ```ts
 * import { notChecked } from '@wcp/evidence/log';
 *
 * console.log(notChecked('WITNESSES_NOT_CHECKED').message);
 * ```
 */
export function notChecked(code: NotCheckedCode): NotChecked {
  return { code, message: MEANINGS[code] };
}

import { SUPERVISOR_LEVELS } from '@wcp/spec/document';
import { APPROVAL_STATES, MAX_REASON_LENGTH } from '@wcp/spec/hall';
import { z } from 'zod';

const only = (member: string, resolution: string) => ({
  path: [member],
  message: `The member "${member}" is allowed only with the resolution "${resolution}".`,
});

/** Which hold to resolve, and how: the body of the Hall's request (WCP section 9.3). */
export const input = z
  .strictObject({
    approval_id: z.string().min(1).max(64),
    resolution: z.enum(['approve', 'deny', 'escalate']),
    reason: z.string().max(MAX_REASON_LENGTH).nullable().optional(),
    /** With `escalate`: the supervisor level to go to; by default the next one. */
    level: z.enum(SUPERVISOR_LEVELS).optional(),
    /** With `approve`, at the supervisor levels `executor` and `incident_commander`: what the human did. */
    result: z.unknown().optional(),
  })
  .refine(
    ({ resolution, level }) => level === undefined || resolution === 'escalate',
    only('level', 'escalate'),
  )
  .refine(
    ({ resolution, result }) => result === undefined || resolution === 'approve',
    only('result', 'approve'),
  );

/** The state of the hold. The result of the released worker is for its tenant and not included. */
export const output = z.strictObject({
  approval_id: z.string(),
  state: z.enum(APPROVAL_STATES),
  level: z.enum(SUPERVISOR_LEVELS),
  /** The new decision of an approval. */
  resolved_decision_id: z.string().nullable(),
  /** The outcome of the released call; null when nothing was released. */
  outcome: z.enum(['ok', 'error', 'timeout', 'unknown']).nullable(),
  /** The hashes of the Hall's receipts. */
  receipt_hash: z.string(),
  outcome_receipt_hash: z.string().nullable(),
});

/** A request to the worker. */
export type Request = z.infer<typeof input>;
/** The result of the worker. */
export type Resolution = z.infer<typeof output>;

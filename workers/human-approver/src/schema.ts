import { z } from 'zod';
import { LEVELS, STATES } from './hall/approval.ts';

const only = (member: string, resolution: string) => ({
  path: [member],
  message: `The member "${member}" goes with the resolution "${resolution}" alone.`,
});

/** Which hold to resolve, and how: what the Hall takes (WCP section 9.3). */
export const input = z
  .strictObject({
    approval_id: z.string().min(1).max(64),
    resolution: z.enum(['approve', 'deny', 'escalate']),
    reason: z.string().max(2000).nullable().optional(),
    /** With `escalate`: the level to go to; the next one where it is absent. */
    level: z.enum(LEVELS).optional(),
    /** With `approve`, at the levels `executor` and `incident_commander`: what the human did. */
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

/** What became of the hold. What the released worker made is for the tenant that asked, and not in it. */
export const output = z.strictObject({
  approval_id: z.string(),
  state: z.enum(STATES),
  level: z.enum(LEVELS),
  /** The decision that was made anew on an approval. */
  resolved_decision_id: z.string().nullable(),
  /** How what was released ended; null where nothing was. */
  outcome: z.enum(['ok', 'error', 'timeout', 'unknown']).nullable(),
  /** The Hall's evidence of it. */
  receipt_hash: z.string(),
  outcome_receipt_hash: z.string().nullable(),
});

/** A request to the worker. */
export type Request = z.infer<typeof input>;
/** The result of the worker. */
export type Resolution = z.infer<typeof output>;

import { RouteDecisionSchema } from '@wcp/spec';
import { type TSchema, Type } from 'typebox';

/** The operations that a case may ask for (section 11.2). */
export const OPERATION_NAMES = [
  'decide',
  'check_id',
  'canonicalize',
  'record_hash',
  'decision_digest',
  'analyze_rules',
  'receipt_hash',
  'sign_receipt',
  'verify_receipts',
  'merkle',
  'package_hash',
  'verify_manifest',
] as const;
/** The name of an operation. */
export type OperationName = (typeof OPERATION_NAMES)[number];

/** What the referee knows of an operation. */
export interface Operation {
  /** The codes that an answer `{error: {code}}` may carry. */
  readonly errors: readonly string[];
  /** Which lists of the result are sets: those that this schema gives `uniqueItems`. */
  readonly sets: TSchema;
}

const ordered = Type.Unknown();
const op = (errors: readonly string[], sets: TSchema = ordered): Operation => ({ errors, sets });

/**
 * The table of section 11.2. The text gives the findings of `verify_receipts` (WCP-8-29) and of
 * `analyze_rules` (WCP-4.1-39) an order, so they are no sets.
 */
export const OPERATIONS: Readonly<Record<OperationName, Operation>> = {
  decide: op([], RouteDecisionSchema),
  check_id: op([]),
  canonicalize: op(['CANONICAL_JSON_INVALID']),
  record_hash: op(['CANONICAL_JSON_INVALID']),
  decision_digest: op(['CANONICAL_JSON_INVALID']),
  analyze_rules: op(['DOCUMENT_INVALID']),
  receipt_hash: op(['CANONICAL_JSON_INVALID']),
  sign_receipt: op(['SEED_INVALID', 'CANONICAL_JSON_INVALID']),
  verify_receipts: op([]),
  merkle: op(['MERKLE_RANGE', 'MERKLE_OP_UNKNOWN']),
  package_hash: op(['PACKAGE_INVALID']),
  verify_manifest: op(['PACKAGE_INVALID']),
};

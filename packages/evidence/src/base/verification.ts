import { type EvidenceFinding, type EvidenceFindingCode, finding } from './finding.ts';

/** Evidence that holds, with what was learned from it. */
export type Verified<Value = unknown> = { readonly ok: true; readonly findings: readonly [] } & Value;

/** Evidence that does not hold, and every reason found. */
export interface Refuted<C extends EvidenceFindingCode> {
  readonly ok: false;
  readonly findings: readonly [EvidenceFinding<C>, ...EvidenceFinding<C>[]];
}

/**
 * What every `verify…` function returns: `ok` with the members of `Value`, or at least one finding.
 * Both have `findings`, so that the findings of several verifications can be joined without a branch.
 */
export type Verification<C extends EvidenceFindingCode = EvidenceFindingCode, Value = unknown> =
  | Verified<Value>
  | Refuted<C>;

/** Evidence holds where nothing was found. */
export function verificationOf<C extends EvidenceFindingCode>(
  findings: readonly EvidenceFinding<C>[],
): Verification<C> {
  const [first, ...rest] = findings;
  return first === undefined ? { ok: true, findings: [] } : { ok: false, findings: [first, ...rest] };
}

/** A document that stands alone and holds. */
export function verified<Value extends object>(value: Value): Verified<Value> {
  return { ok: true, findings: [], ...value };
}

/**
 * A document that stands alone and does not hold.
 *
 * @param message what is known beyond the meaning of the code; null where that is nothing
 */
export function refuted<C extends EvidenceFindingCode>(code: C, message: string | null = null): Refuted<C> {
  const found = finding(code);
  return { ok: false, findings: [message === null ? found : { ...found, message }] };
}

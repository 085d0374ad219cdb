import type { DenyCode, DenyReason } from '@wcp/spec';

/** What a denial says beside its code and message (section 6.4). */
export type DenialDetail = Partial<Omit<DenyReason, 'code' | 'message'>>;

/** Why a step does not let the request pass. */
export interface Denial {
  readonly code: DenyCode;
  readonly detail: DenialDetail;
  /** What the message adds in somebody's own words, else empty: harmless to a terminal, and no part of any digest. */
  readonly message: string;
}

const NOTHING: DenialDetail = Object.freeze(Object.create(null));

/** A denial with what its code carries, and what its message adds. */
export function deny(code: DenyCode, detail: DenialDetail = NOTHING, message = ''): Denial {
  return { code, detail, message };
}

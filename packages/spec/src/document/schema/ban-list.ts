import { type Static, Type } from 'typebox';
import { closed, hashRead, id, time } from './common.ts';

/** How far a report was examined (section 8, "Ban list"): `cleared` lifts the ban, the others keep it. */
export const REVIEW_STATUSES = ['reported', 'confirmed', 'cleared'] as const;

const BanEntrySchema = closed({
  sha256: hashRead(),
  reason: Type.String({ minLength: 1, maxLength: 2000 }),
  reported_at: time(),
  source: Type.String({ minLength: 1, maxLength: 500 }),
  review_status: Type.Enum([...REVIEW_STATUSES]),
});

/** The hashes of code that an authority knows to be bad (section 8, "Ban list"). */
export const BanListSchema = closed(
  {
    schema_version: Type.Literal('wcp-ban-list.v1'),
    authority: id('authority'),
    sequence: Type.Integer({ minimum: 0, maximum: 9_007_199_254_740_991 }),
    issued_at: time(),
    max_age_seconds: Type.Integer({ minimum: 1, maximum: 31_536_000 }),
    entries: Type.Array(BanEntrySchema),
    signing_key_id: Type.String({ pattern: '^ed25519:[0-9a-f]{16}$' }),
    signature: Type.String(),
  },
  { title: 'BanList', description: 'Hashes of code that an authority knows to be bad (WCP section 8).' },
);

/** The hashes of code that an authority knows to be bad (section 8, "Ban list"). */
export type BanList = Static<typeof BanListSchema>;
/** One hash of a ban list, and why it is banned. */
export type BanEntry = Static<typeof BanEntrySchema>;

import { generateSigningKey, type SigningKey, signBanList } from '@wcp/evidence';
import type { BanListDraft } from '@wcp/evidence/ban-list';
import type { BanList } from '@wcp/spec';
import type { BanEntry } from '@wcp/spec/document';
import type { TestHall } from './test-hall.ts';

/** An entry about a hash. */
export const entryOf = (sha256: string, changes: Partial<BanEntry> = {}): BanEntry => ({
  sha256,
  reason: 'a test',
  reported_at: '2026-01-01T00:00:00Z',
  source: 'a test',
  review_status: 'confirmed',
  ...changes,
});

let sequence = 0;

/** A list of org.acme that is signed now and good for a day, each with a greater sequence than the one before. */
export function banListBy(key: SigningKey, changes: Partial<BanListDraft> = {}): BanList {
  sequence += 1;
  const draft = {
    authority: 'org.acme',
    sequence,
    issued_at: new Date().toISOString(),
    max_age_seconds: 86_400,
    entries: [],
  };
  return signBanList({ ...draft, ...changes }, key);
}

/** A new key that an authority has registered. From then on it has to sign what it enrols. */
export async function registeredKey(hall: TestHall, authority: string): Promise<SigningKey> {
  const key = generateSigningKey();
  await hall.post('admin', '/wcp/authorities', { authority, public_key: key.publicKey });
  return key;
}

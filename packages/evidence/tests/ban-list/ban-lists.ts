import type { BanEntry } from '@wcp/spec/document';
import type { BanListDraft } from '../../src/ban-list/index.ts';

/** An entry about the hash of 64 times this digit. */
export const entryOf = (digit: string, changes: object = {}): BanEntry => ({
  sha256: `sha256:${digit.repeat(64)}`,
  reason: 'sends what it reads elsewhere',
  reported_at: '2026-01-01T00:00:00Z',
  source: 'https://example.org/reports/1',
  review_status: 'confirmed',
  ...changes,
});

/** A list as an authority writes it. */
export const banDraft = (changes: Partial<BanListDraft> = {}): BanListDraft => ({
  authority: 'org.acme',
  sequence: 7,
  issued_at: '2026-01-02T00:00:00Z',
  max_age_seconds: 3600,
  entries: [
    entryOf('a'),
    entryOf('b', { review_status: 'reported' }),
    entryOf('c', { review_status: 'cleared' }),
  ],
  ...changes,
});

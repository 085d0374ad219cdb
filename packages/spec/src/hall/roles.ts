/** What a principal may do at a Hall (section 9). */
export const ROLES = ['tenant', 'worker-owner', 'worker', 'steward', 'auditor', 'admin'] as const;
/** One of {@link ROLES}. */
export type Role = (typeof ROLES)[number];

/** Everybody who is authenticated. */
export const ANY_ROLE: readonly Role[] = [...ROLES];
/** Those who see what every tenant did. */
export const OVERSEERS: readonly Role[] = ['steward', 'auditor', 'admin'];
/** A tenant reads its own records, overseers read all. */
export const READERS: readonly Role[] = ['tenant', ...OVERSEERS];

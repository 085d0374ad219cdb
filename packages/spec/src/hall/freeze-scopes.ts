/** What can be frozen: the whole Hall, one tenant or one correlation (section 5, step 3). */
export const FREEZE_SCOPES = ['hall', 'tenant', 'correlation'] as const;
/** One of {@link FREEZE_SCOPES}. */
export type FreezeScope = (typeof FREEZE_SCOPES)[number];

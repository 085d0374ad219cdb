/** The seed of the key with which the killed Halls sign. */
export const KEY_SEED = '0f'.repeat(32);
/** The name of their log. */
export const ORIGIN = 'crash.test/log';

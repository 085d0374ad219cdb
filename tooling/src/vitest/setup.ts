/** Vitest runs this before each file of tests. */
import { afterAll, vi } from 'vitest';
import { cleanUp } from './clean-up.ts';

/** As long as `expect.poll` waits by `vitest.config.ts`: a second, which is the default, is too short on a busy machine. */
const WAIT_MS = 20_000;

const { waitFor } = vi;
vi.waitFor = (callback, options) =>
  waitFor(callback, typeof options === 'number' ? options : { timeout: WAIT_MS, ...options });

afterAll(() => {
  vi.waitFor = waitFor;
  return cleanUp();
});

import { vi } from 'vitest';

/**
 * Until the test is over no `AbortSignal.timeout` comes: what is to be ended by something else, such as by closing, would
 * be going on still when the test's own time limit ends it.
 */
export function withoutTimeLimits(): void {
  vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => new AbortController().signal);
}

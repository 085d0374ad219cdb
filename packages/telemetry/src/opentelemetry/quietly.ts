import { diag } from './api.ts';

/** Does something for tracing only: a failure goes to OpenTelemetry's own log, not to the caller. */
export function quietly<T>(act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    try {
      diag.warn('WCP tracing failed', String((error as Error | null)?.message));
    } catch {
      // There is nowhere to report a log that throws.
    }
    return null;
  }
}

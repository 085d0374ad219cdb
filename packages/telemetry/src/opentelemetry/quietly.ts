import { diag } from '@opentelemetry/api';

/** Does something for tracing's sake: what fails in it is told to OpenTelemetry's own log, not to the caller. */
export function quietly<T>(act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    try {
      diag.warn('WCP tracing failed', String((error as Error | null)?.message));
    } catch {
      // A log that throws has nowhere to say so.
    }
    return null;
  }
}

import type { Tracing } from '../base/tracing.ts';
import type { WrittenMetric } from './metric-data.ts';

/** What a Hall tells of itself while it runs. */
export interface HallTelemetry {
  readonly tracing: Tracing;
  /** From now on reports these metrics. */
  report(read: () => Promise<readonly WrittenMetric[]>): void;
  /** Sends what is left. Never rejects. */
  close(): Promise<void>;
}

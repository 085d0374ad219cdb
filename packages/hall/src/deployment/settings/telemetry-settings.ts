import { z } from 'zod';
import { count, environment, text, url } from './fields.ts';

const INTERVAL = 'interval_ms, the time between two reports of the metrics, must be from 100 to 86400000.';
const RATIO = 'sample_ratio, how many of the traces are kept, must be from 0 to 1.';

/** Where traces and metrics are sent. */
export const telemetrySchema = z.strictObject(
  {
    otlp: z.strictObject(
      {
        url,
        headers: environment.exactOptional(),
        service_name: text('service_name must be a text.').exactOptional(),
        traces: z.boolean('traces must be true or false.').exactOptional(),
        metrics: z.boolean('metrics must be true or false.').exactOptional(),
        interval_ms: count(INTERVAL, 86_400_000, 100).exactOptional(),
        sample_ratio: z.number(RATIO).min(0, RATIO).max(1, RATIO).exactOptional(),
      },
      'otlp is {"url": …, "headers": …, "service_name": …, "traces": …, "metrics": …, "interval_ms": …, "sample_ratio": …}.',
    ),
  },
  'telemetry is {"otlp": {"url": …}}.',
);

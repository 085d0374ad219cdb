import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  MeterProvider,
  type MetricProducer,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from '../base/logger.ts';
import { NO_TRACING, type Tracing } from '../base/tracing.ts';
import type { HallTelemetry } from './hall-telemetry.ts';
import { metricData, type WrittenMetric } from './metric-data.ts';
import { OtelTracing } from './otel-tracing.ts';
import { CollectorHealth } from './reported-exporter.ts';
import { type OtlpOptions, reportUrl } from './telemetry-options.ts';

/** Milliseconds that a collector may take for one request. */
const EXPORT_MS = 5_000;
const INTERVAL_MS = 60_000;
/** Spans that wait for a collector; more are dropped. */
const MAX_WAITING = 4_096;
/** No attribute is longer: none of ours is, and none shall be by mistake. */
const MAX_VALUE_LENGTH = 256;
const NAME = '@wcp/hall';

/** What an exporter sends, and of whom. */
interface Sent {
  readonly options: OtlpOptions;
  readonly health: CollectorHealth;
  readonly resource: ReturnType<typeof resourceFromAttributes>;
}

/** Sends traces and metrics to a collector. Nothing waits for it. */
export function openOtlp(options: OtlpOptions, instance: string, log: Logger): HallTelemetry {
  const resource = resourceFromAttributes({
    'service.name': options.service_name ?? 'wcp-hall',
    'service.instance.id': instance,
  });
  const sent = { options, health: new CollectorHealth(options.url, log), resource };
  const tracer = options.traces === false ? null : tracerProvider(sent);
  const readers: PeriodicExportingMetricReader[] = [];
  const tracing: Tracing = tracer === null ? NO_TRACING : new OtelTracing(tracer.getTracer(NAME));
  return {
    tracing,
    report(read) {
      if (options.metrics !== false) readers.push(metricReader(sent, read));
    },
    async close() {
      await Promise.allSettled([tracer?.shutdown(), ...readers.map((reader) => reader.shutdown())]);
    },
  };
}

function tracerProvider({ options, health, resource }: Sent): TracerProvider {
  const exporter = health.watch(new OTLPTraceExporter(target(options, 'v1/traces')));
  const processor = new BatchSpanProcessor({
    exporter,
    maxQueueSize: MAX_WAITING,
    exportTimeoutMillis: EXPORT_MS,
    scheduledDelayMillis: Math.min(options.interval_ms ?? INTERVAL_MS, 5_000),
  });
  const root = new TraceIdRatioBasedSampler(options.sample_ratio ?? 1);
  return new TracerProvider({
    resource,
    spanProcessors: [processor],
    sampler: new ParentBasedSampler({ root }),
    spanLimits: { attributeValueLengthLimit: MAX_VALUE_LENGTH },
  });
}

function metricReader(
  { options, health, resource }: Sent,
  read: () => Promise<readonly WrittenMetric[]>,
): PeriodicExportingMetricReader {
  const interval = options.interval_ms ?? INTERVAL_MS;
  const startTime = timeOf(Date.now());
  const producer: MetricProducer = {
    async collect() {
      const metrics = metricData(await read(), { startTime, endTime: timeOf(Date.now()) });
      return {
        resourceMetrics: { resource, scopeMetrics: [{ scope: { name: NAME }, metrics }] },
        errors: [],
      };
    },
  };
  const reader = new PeriodicExportingMetricReader({
    exporter: health.watch(new OTLPMetricExporter(target(options, 'v1/metrics'))),
    exportIntervalMillis: interval,
    exportTimeoutMillis: Math.min(interval, EXPORT_MS),
    metricProducers: [producer],
  });
  // A reader works only for a provider.
  new MeterProvider({ resource, readers: [reader] });
  return reader;
}

function target(options: OtlpOptions, path: Parameters<typeof reportUrl>[1]) {
  return { url: reportUrl(options, path), headers: { ...options.headers }, timeoutMillis: EXPORT_MS };
}

function timeOf(ms: number): [seconds: number, nanoseconds: number] {
  return [Math.trunc(ms / 1000), (ms % 1000) * 1_000_000];
}

import { type HrTime, ValueType } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
} from '@opentelemetry/sdk-metrics';

/** A metric as the registry of Prometheus writes it as JSON. */
export interface WrittenMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values: readonly WrittenValue[];
}

interface WrittenValue {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number | undefined>>;
  /** Of a histogram: the name with `_bucket`, `_sum` or `_count`. */
  readonly metricName?: string | undefined;
}

interface Period {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

/** The metrics that OpenTelemetry has a form for, so that `GET /metrics` and a collector show the same numbers. */
export function metricData(metrics: readonly WrittenMetric[], period: Period): MetricData[] {
  return metrics.flatMap((metric) => READERS[metric.type]?.(metric, period) ?? []);
}

const READERS: Readonly<Record<string, (metric: WrittenMetric, period: Period) => MetricData>> = {
  counter: (metric, period) => ({
    ...shared(metric),
    dataPointType: DataPointType.SUM,
    isMonotonic: true,
    dataPoints: pointsOf(metric, period),
  }),
  gauge: (metric, period) => ({
    ...shared(metric),
    dataPointType: DataPointType.GAUGE,
    dataPoints: pointsOf(metric, period),
  }),
  histogram: (metric, period) => ({
    ...shared(metric),
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints: histogramsOf(metric, period),
  }),
};

/**
 * Metrics that the conventions of OpenTelemetry name. Prometheus has no dots, and ends a name with its unit; the labels of
 * these are the attributes of the conventions, with dots.
 */
const CONVENTIONAL: Readonly<Record<string, string>> = {
  gen_ai_execute_tool_duration_seconds: 'gen_ai.execute_tool.duration',
};
const ATTRIBUTES: Readonly<Record<string, string>> = {
  gen_ai_tool_name: 'gen_ai.tool.name',
  gen_ai_tool_type: 'gen_ai.tool.type',
  error_type: 'error.type',
};

function shared({ name, help }: WrittenMetric) {
  const unit = /_(seconds|bytes)(?:_total)?$/.exec(name)?.[1];
  return {
    descriptor: {
      name: CONVENTIONAL[name] ?? name,
      description: help,
      unit: unit === undefined ? '' : unit === 'bytes' ? 'By' : 's',
      valueType: ValueType.DOUBLE,
    },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
}

function pointsOf({ values }: WrittenMetric, period: Period): DataPoint<number>[] {
  return values.map(({ value, labels }) => ({ ...period, attributes: labelled(labels), value }));
}

/** Prometheus counts up to each bound, OpenTelemetry between two of them. */
function histogramsOf({ name, values }: WrittenMetric, period: Period): DataPoint<Histogram>[] {
  const series = new Map<string, WrittenValue[]>();
  for (const value of values) {
    const { le: _, ...own } = value.labels;
    const key = JSON.stringify(own);
    series.set(key, [...(series.get(key) ?? []), value]);
  }
  return [...series.values()].map((some) => {
    const ending = (suffix: string) =>
      some.find(({ metricName }) => metricName === name + suffix)?.value ?? 0;
    const upTo = some.filter(({ metricName }) => metricName === `${name}_bucket`);
    const counts = upTo.map(({ value }, index) => value - (upTo[index - 1]?.value ?? 0));
    const boundaries = upTo.map(({ labels }) => Number(labels['le'])).filter(Number.isFinite);
    const { le: _, ...labels } = some[0]?.labels ?? {};
    const value = { buckets: { boundaries, counts }, sum: ending('_sum'), count: ending('_count') };
    return { ...period, attributes: labelled(labels), value };
  });
}

function labelled(labels: WrittenValue['labels']): Record<string, string | number> {
  const present = Object.entries(labels).filter(([, value]) => value !== undefined && value !== '');
  const named = present.map(([name, value]) => [ATTRIBUTES[name] ?? name, value]);
  return Object.fromEntries(named) as Record<string, string | number>;
}

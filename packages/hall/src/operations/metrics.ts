import type { RouteDecision } from '@wcp/spec';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry as MetricRegistry } from 'prom-client';
import type { WrittenMetric } from '../telemetry/metric-data.ts';
import { TOOL_TYPE } from '../telemetry/span-attributes.ts';

/** What the gauges show, read when they are scraped. */
export interface MetricSources {
  pendingApprovals(): number;
  isWorldSound(): boolean;
  isStoring(): boolean;
  enrolledWorkers(): number;
  listeners(): number;
  witnessLag(): number;
  failingRecipients(): number;
  exports(): readonly { readonly name: string; readonly lag: number; readonly refused: number }[];
  checkedReceipts(): number;
  uncheckedReceipts(): number;
}

/** The metrics of one Hall, in Prometheus's text format. */
export class Metrics {
  readonly #registry = new MetricRegistry();
  readonly #decisions: Counter<'operation' | 'outcome' | 'deny_code' | 'env'>;
  readonly #outcomes: Counter<'status'>;
  readonly #durations: Histogram<'operation'>;
  readonly #tools: Histogram<ToolLabel>;

  constructor(sources: MetricSources) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#decisions = new Counter({
      name: 'wcp_decisions_total',
      help: 'Durable decisions.',
      labelNames: ['operation', 'outcome', 'deny_code', 'env'],
      registers,
    });
    this.#outcomes = new Counter({
      name: 'wcp_outcomes_total',
      help: 'Durable outcomes of dispatches.',
      labelNames: ['status'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'wcp_request_duration_seconds',
      help: 'From the request to the durable answer.',
      labelNames: ['operation'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
      registers,
    });
    this.#tools = toolDurations(this.#registry);
    addGauges(this.#registry, sources);
    addExportGauges(this.#registry, sources);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The same numbers as data. */
  async written(): Promise<readonly WrittenMetric[]> {
    const metrics = await this.#registry.getMetricsAsJSON();
    // The type is a text, whatever the declaration of the library says.
    return metrics.map(({ type, ...metric }) => ({ ...metric, type: String(type) }));
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  decided(operation: 'route' | 'dispatch' | 'evaluation', decision: RouteDecision, seconds: number): void {
    const { outcome, deny_code, env } = decision;
    this.#decisions.inc({ operation, outcome, deny_code: deny_code ?? '', env: env ?? '' });
    this.#durations.observe({ operation }, seconds);
  }

  /** How long the call of a worker took; `error` where it did not succeed, as a code. */
  called(tool: string, error: string | null, seconds: number): void {
    const labels = { gen_ai_tool_name: tool, gen_ai_tool_type: TOOL_TYPE, error_type: error ?? '' };
    this.#tools.observe(labels, seconds);
  }

  ended(status: string): void {
    this.#outcomes.inc({ status });
  }
}

type ToolLabel = 'gen_ai_tool_name' | 'gen_ai_tool_type' | 'error_type';

/** By the semantic conventions for generative AI of OpenTelemetry, bounds and all. */
function toolDurations(registry: MetricRegistry): Histogram<ToolLabel> {
  return new Histogram({
    name: 'gen_ai_execute_tool_duration_seconds',
    help: 'The duration of a single tool execution.',
    labelNames: ['gen_ai_tool_name', 'gen_ai_tool_type', 'error_type'],
    buckets: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
    registers: [registry],
  });
}

/** What a gauge is called, what it shows, and where that comes from. */
const GAUGES: readonly (readonly [name: string, help: string, read: (sources: MetricSources) => number])[] = [
  ['wcp_approvals_pending', 'Requests on hold for a human.', (sources) => sources.pendingApprovals()],
  [
    'wcp_world_sound',
    '1 while the documents in force are the latest and without errors.',
    (sources) => Number(sources.isWorldSound()),
  ],
  ['wcp_store_ok', '1 while evidence can be stored.', (sources) => Number(sources.isStoring())],
  ['wcp_workers_enrolled', 'Enrolled workers.', (sources) => sources.enrolledWorkers()],
  ['wcp_event_listeners', 'Connections that follow the events.', (sources) => sources.listeners()],
  [
    'wcp_witness_lag_receipts',
    'Receipts of the newest checkpoint that the slowest witness has not cosigned.',
    (sources) => sources.witnessLag(),
  ],
  [
    'wcp_checkpoint_recipients_failing',
    'Witnesses, authorities of timestamps and copies that did not take the last checkpoint.',
    (sources) => sources.failingRecipients(),
  ],
  [
    'wcp_store_checked_receipts',
    'Receipts of earlier runs that were read again since the start.',
    (sources) => sources.checkedReceipts(),
  ],
  [
    'wcp_store_unchecked_receipts',
    'Receipts of earlier runs that are still to be read again; newest first.',
    (sources) => sources.uncheckedReceipts(),
  ],
];

function addGauges(registry: MetricRegistry, sources: MetricSources): void {
  for (const [name, help, read] of GAUGES) {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read(sources));
      },
    });
  }
}

/** The gauges of each export. */
const EXPORT_GAUGES = [
  ['wcp_export_lag_receipts', 'Receipts that the target of an export does not have yet.', 'lag'],
  ['wcp_export_refused_receipts', 'Receipts that the target of an export refused for good.', 'refused'],
] as const;

function addExportGauges(registry: MetricRegistry, sources: MetricSources): void {
  for (const [name, help, member] of EXPORT_GAUGES) {
    new Gauge({
      name,
      help,
      labelNames: ['export'],
      registers: [registry],
      collect() {
        for (const status of sources.exports()) this.set({ export: status.name }, status[member]);
      },
    });
  }
}

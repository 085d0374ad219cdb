/** Where traces and metrics are sent: the OpenTelemetry protocol over HTTP, as JSON. */
export interface OtlpOptions {
  /** The address of the collector, such as `http://127.0.0.1:4318`: `v1/traces` and `v1/metrics` are below it. */
  readonly url: string;
  /** Headers of each request, such as a key. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How the Hall is called there (default `wcp-hall`). */
  readonly service_name?: string | undefined;
  /** Whether spans are sent (default true). */
  readonly traces?: boolean | undefined;
  /** Whether metrics are sent (default true). */
  readonly metrics?: boolean | undefined;
  /** Milliseconds between two reports of the metrics (default 60,000). */
  readonly interval_ms?: number | undefined;
  /** Of the traces that begin here, how many are kept: from 0 to 1 (default 1). */
  readonly sample_ratio?: number | undefined;
}

/** The address for one kind of report, with the query that the collector's own address has. */
export function reportUrl({ url }: Pick<OtlpOptions, 'url'>, path: 'v1/traces' | 'v1/metrics'): string {
  const address = new URL(url);
  address.pathname = `${address.pathname.replace(/\/$/, '')}/${path}`;
  return address.href;
}

/** What a Hall tells of itself to others. */
export interface TelemetryOptions {
  readonly otlp: OtlpOptions;
}

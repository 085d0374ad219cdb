import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { waitFor } from '../support/wait-for.ts';

/** A span as a collector stores it. */
export interface StoredSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly kind: number;
  readonly status: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A point of a metric as a collector stores it. */
export interface StoredPoint {
  readonly metric: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: number | null;
  readonly count: number | null;
  readonly bucketCounts: readonly number[];
  readonly bounds: readonly number[];
  readonly unit: string;
  readonly sum: number | null;
}

/** How a collector behaves. */
export type Behaviour = 'takes' | 'hangs' | 'fails' | 'floods';

/** A collector of OpenTelemetry: reads what it is sent by OTLP/HTTP with JSON, and refuses what has another form. */
export class Collector {
  readonly spans: StoredSpan[] = [];
  readonly points: StoredPoint[] = [];
  readonly resources: Readonly<Record<string, unknown>>[] = [];
  readonly headers: IncomingHttpHeaders[] = [];
  /** What was asked for, with its query. */
  readonly paths: string[] = [];
  /** All that was sent, as it came. */
  text = '';
  requests = 0;
  readonly refused: unknown[] = [];
  behaviour: Behaviour = 'takes';
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<Collector> {
    const server = createServer();
    const collector = new Collector(server);
    server.on('request', async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      collector.requests += 1;
      if (collector.behaviour === 'hangs') return;
      if (collector.behaviour === 'floods') {
        Readable.from(endless())
          .on('error', () => {})
          .pipe(response);
        return;
      }
      const status =
        collector.behaviour === 'fails' ? 400 : collector.#take(request.url, request.headers, chunks);
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Waits for as many spans of this name. */
  async spansOf(name: string, count = 1): Promise<StoredSpan[]> {
    const found = () => this.spans.filter((span) => span.name === name);
    await waitFor(`${count} of ${name}`, () => found().length >= count);
    return found();
  }

  #take(url: string | undefined, headers: IncomingHttpHeaders, chunks: readonly Buffer[]): number {
    try {
      const bytes = Buffer.concat(chunks);
      const text = (headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8');
      this.text += text;
      this.headers.push(headers);
      if (headers['content-type'] !== 'application/json') throw new Error('not JSON by its type');
      const { pathname } = new URL(url ?? '', this.url);
      this.paths.push(url ?? '');
      if (pathname.endsWith('/v1/traces')) this.#takeSpans(JSON.parse(text));
      else if (pathname.endsWith('/v1/metrics')) this.#takeMetrics(JSON.parse(text));
      else throw new Error(`no such path: ${url}`);
      return 200;
    } catch (error) {
      this.refused.push(error);
      return 400;
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: it is read member by member.
  #takeSpans({ resourceSpans }: any): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      this.resources.push(attributesOf(resource.attributes));
      for (const { spans } of scopeSpans) for (const span of spans) this.spans.push(spanOf(span));
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: it is read member by member.
  #takeMetrics({ resourceMetrics }: any): void {
    for (const { resource, scopeMetrics } of resourceMetrics) {
      this.resources.push(attributesOf(resource.attributes));
      for (const { metrics } of scopeMetrics)
        for (const metric of metrics) this.points.push(...pointsOf(metric));
    }
  }
}

/** An answer that never ends. */
function* endless(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(1 << 20, ' ');
}

function hex(value: unknown, digits: number): string {
  if (typeof value === 'string' && new RegExp(`^[0-9a-f]{${digits}}$`).test(value)) return value;
  throw new Error(`not ${digits} hexadecimal digits: ${value}`);
}

function nanoseconds(value: unknown): bigint {
  if (typeof value === 'string' && /^[0-9]{19}$/.test(value)) return BigInt(value);
  throw new Error(`not nanoseconds since 1970: ${value}`);
}

// biome-ignore lint/suspicious/noExplicitAny: it is read member by member.
function spanOf(span: any): StoredSpan {
  const { name, kind, status, parentSpanId, attributes } = span;
  if (nanoseconds(span.startTimeUnixNano) > nanoseconds(span.endTimeUnixNano))
    throw new Error('ends before it starts');
  return {
    name,
    kind,
    traceId: hex(span.traceId, 32),
    spanId: hex(span.spanId, 16),
    parentSpanId: parentSpanId ? hex(parentSpanId, 16) : null,
    status: status?.code ?? 0,
    attributes: attributesOf(attributes),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: it is read member by member.
function attributesOf(list: readonly any[] = []): Record<string, unknown> {
  return Object.fromEntries(
    list.map(({ key, value }) => {
      const [kind, read] = Object.entries(value)[0] ?? [];
      if (!/^(string|int|double|bool)Value$/.test(kind ?? '')) throw new Error(`${key} has no plain value`);
      return [key, kind === 'intValue' ? Number(read) : read];
    }),
  );
}

// biome-ignore lint/suspicious/noExplicitAny: it is read member by member.
function pointsOf(metric: any): StoredPoint[] {
  const form = metric.sum ?? metric.gauge ?? metric.histogram;
  if (form === undefined) throw new Error(`${metric.name} is of no known form`);
  if (metric.gauge === undefined && form.aggregationTemporality !== 2)
    throw new Error(`${metric.name} is not cumulative`);
  // biome-ignore lint/suspicious/noExplicitAny: it is read member by member.
  return form.dataPoints.map((point: any) => {
    nanoseconds(point.timeUnixNano);
    return {
      metric: metric.name,
      attributes: attributesOf(point.attributes),
      value: point.asDouble ?? (point.asInt === undefined ? null : Number(point.asInt)),
      count: point.count === undefined ? null : Number(point.count),
      bucketCounts: (point.bucketCounts ?? []).map(Number),
      bounds: point.explicitBounds ?? [],
      unit: metric.unit ?? '',
      sum: point.sum ?? null,
    };
  });
}

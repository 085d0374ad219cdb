import type { SpanContext } from '@opentelemetry/api';
import { isSpanContextValid } from './api.ts';

const FORM = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * Reads a W3C `traceparent`; null for anything else. Version 00 has exactly four fields, a later version may
 * have more.
 *
 * @example
 * ```ts
 * import { parseTraceparent } from '@wcp/telemetry/opentelemetry';
 *
 * const text = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
 * console.log(parseTraceparent(text)?.traceFlags); // 1
 * ```
 */
export function parseTraceparent(text: unknown): SpanContext | null {
  const found = typeof text === 'string' && text.length <= 512 ? FORM.exec(text) : null;
  if (found === null) return null;
  const [, version, traceId = '', spanId = '', flags = '', more] = found;
  if (version === '00' && more !== undefined) return null;
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
  return isSpanContextValid(context) ? context : null;
}

/**
 * Writes a W3C `traceparent`, for the headers of a call or the execution of a worker.
 *
 * @example
 * ```ts
 * import { trace } from '@opentelemetry/api';
 * import { writeTraceparent } from '@wcp/telemetry/opentelemetry';
 *
 * const span = trace.getActiveSpan();
 * if (span !== undefined) console.log(writeTraceparent(span.spanContext()));
 * ```
 */
export function writeTraceparent(context: SpanContext): string {
  const flags = (context.traceFlags & 0xff).toString(16).padStart(2, '0');
  return `00-${context.traceId}-${context.spanId}-${flags}`;
}

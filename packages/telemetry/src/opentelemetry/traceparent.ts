import { isSpanContextValid, type SpanContext } from '@opentelemetry/api';

const FORM = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * Reads a W3C `traceparent`; null for what is none. Version 00 has nothing behind its four fields, a
 * later one may have.
 *
 * @example parseTraceparent('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')?.traceFlags // 1
 */
export function parseTraceparent(text: unknown): SpanContext | null {
  const found = typeof text === 'string' && text.length <= 512 ? FORM.exec(text) : null;
  if (found === null) return null;
  const [, version, traceId = '', spanId = '', flags = '', more] = found;
  if (version === '00' && more !== undefined) return null;
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
  return isSpanContextValid(context) ? context : null;
}

/** Writes a W3C `traceparent`, for the headers of a call or the execution of a worker. */
export function writeTraceparent(context: SpanContext): string {
  const flags = (context.traceFlags & 0xff).toString(16).padStart(2, '0');
  return `00-${context.traceId}-${context.spanId}-${flags}`;
}

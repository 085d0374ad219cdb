import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Attributes,
  type Context,
  type Span as OtelSpan,
  context as programContext,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { modelAttributes, parseTraceparent, writeTraceparent } from '@wcp/telemetry/opentelemetry';
import type { RequestSpan, Span, SpanAttributes, Tracing } from '../base/tracing.ts';

/** Traces with OpenTelemetry. Nothing global is touched: the program around the Hall may have a tracer of its own. */
export class OtelTracing implements Tracing {
  readonly isOn = true;
  readonly #tracer: Tracer;
  readonly #present = new AsyncLocalStorage<Context>();

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  request(name: string, traceparent: unknown, attributes: SpanAttributes): RequestSpan {
    const above = parseTraceparent(traceparent);
    const parent = above === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, above);
    const options = { kind: SpanKind.SERVER, attributes: known(attributes) };
    const span = this.#tracer.startSpan(name, options, parent);
    const context = trace.setSpan(parent, span);
    return {
      traceId: span.spanContext().traceId,
      run: (work) => this.#present.run(context, work),
      end(more, isError) {
        span.setAttributes(known(more));
        if (isError) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  }

  async span<T>(name: string, attributes: SpanAttributes, work: (span: Span) => Promise<T>): Promise<T> {
    const parent = this.#parent();
    const span = this.#tracer.startSpan(name, { attributes: known(attributes) }, parent);
    try {
      return await this.#present.run(trace.setSpan(parent, span), () => work(new TracedSpan(span)));
    } catch (error) {
      // The message of an error may quote what a tenant sent.
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.setAttribute('error.type', errorType(error));
      throw error;
    } finally {
      span.end();
    }
  }

  bound<A extends readonly unknown[], R>(act: (...args: A) => R): (...args: A) => R {
    const context = this.#parent();
    return (...args) => this.#present.run(context, () => act(...args));
  }

  /** The present span; where there is none, that of the program around the Hall, if it traces with OpenTelemetry. */
  #parent(): Context {
    return this.#present.getStore() ?? programContext.active();
  }
}

const MODEL = 'gen_ai.request.model';
const MODEL_NAME = /^[A-Za-z0-9._:/@-]{1,128}$/;

class TracedSpan implements Span {
  readonly #span: OtelSpan;

  constructor(span: OtelSpan) {
    this.#span = span;
  }

  get traceparent(): string {
    return writeTraceparent(this.#span.spanContext());
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes(known(attributes));
  }

  fail(type: string): void {
    this.#span.setStatus({ code: SpanStatusCode.ERROR });
    this.#span.setAttribute('error.type', type);
  }

  usage(evidence: readonly object[]): void {
    const { [MODEL]: model, ...tokens } = modelAttributes(evidence, null);
    this.#span.setAttributes(tokens);
    // A worker wrote it: what is no name could be anything.
    if (typeof model === 'string' && MODEL_NAME.test(model)) this.#span.setAttribute(MODEL, model);
  }
}

function known(attributes: SpanAttributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value != null)) as Attributes;
}

const CODE = /^[A-Z][A-Z0-9_]{1,63}$/;

/** The code of an error, or its kind. */
function errorType(error: unknown): string {
  const { code, name } = Object(error) as { readonly code?: unknown; readonly name?: unknown };
  if (typeof code === 'string' && CODE.test(code)) return code;
  return typeof name === 'string' && /^[A-Za-z]{1,64}$/.test(name) ? name : 'Error';
}

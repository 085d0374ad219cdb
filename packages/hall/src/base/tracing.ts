/** What a span says: nothing that a tenant or a worker wrote but ids. Null and undefined are left out. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** The steps of a request through the Hall, as a trace shows them. */
type SpanName =
  | 'wcp.dispatch'
  | 'wcp.route'
  | 'wcp.decide'
  | 'wcp.policy_gate'
  | 'wcp.record'
  | 'execute_tool';

/** A span while it runs. */
export interface Span {
  /** The W3C `traceparent` for whoever is called now; null where nothing is traced. */
  readonly traceparent: string | null;
  set(attributes: SpanAttributes): void;
  /** It did not succeed, for a reason that is a code. */
  fail(type: string): void;
  /** The tokens of the models that a worker called, in the evidence of its result. */
  usage(evidence: readonly object[]): void;
}

/** The span of an HTTP request. */
export interface RequestSpan {
  /** The id of its trace; null where nothing is traced. */
  readonly traceId: string | null;
  /** Does work below it. */
  run<T>(work: () => T): T;
  end(attributes: SpanAttributes, isError: boolean): void;
}

/** Traces what a Hall does. It never throws, and what it is given to do it does once, whatever becomes of the trace. */
export interface Tracing {
  /** Whether anything is traced at all. */
  readonly isOn: boolean;
  /** Starts the span of an HTTP request, below the one that its `traceparent` names. */
  request(name: string, traceparent: unknown, attributes: SpanAttributes): RequestSpan;
  /** Does work in a span below the present one. `name` may be followed by what it is about. */
  span<T>(
    name: SpanName | `${SpanName} ${string}`,
    attributes: SpanAttributes,
    work: (span: Span) => Promise<T>,
  ): Promise<T>;
  /** A function that, whenever it is called, runs below the present span. */
  bound<A extends readonly unknown[], R>(act: (...args: A) => R): (...args: A) => R;
}

const NO_SPAN: Span = { traceparent: null, set() {}, fail() {}, usage() {} };
const NO_REQUEST: RequestSpan = { traceId: null, run: (work) => work(), end() {} };

/** Traces nothing. */
export const NO_TRACING: Tracing = {
  isOn: false,
  request: () => NO_REQUEST,
  span: (_name, _attributes, work) => work(NO_SPAN),
  bound: (act) => act,
};

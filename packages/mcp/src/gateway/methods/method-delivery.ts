import type { Delivered, Delivery, DeliveryCall } from '@wcp/hall';
import { DELIVERY_CODES } from '@wcp/hall';
import type { RegistryRecord, Sha256, WorkerResult } from '@wcp/spec';
import { isObject, ownMember } from '../../base/members.ts';
import { toolHash } from '../../tool/tool-record.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import { UpstreamError } from '../../upstream/upstream-error.ts';
import { type MethodCapability, PASSED_METHODS } from './method-capabilities.ts';

/** What stands for a definition: these capabilities are the gateway's words, not the server's. */
export function methodDefinition({ segment, description }: MethodCapability): object {
  return {
    name: segment,
    description,
    inputSchema: { type: 'object' },
    annotations: { readOnlyHint: true, destructiveHint: false, openWorldHint: true },
  };
}

/** Delivers requests for what is not a tool to its server. */
export function methodDelivery(
  upstream: Upstream,
  capability: MethodCapability,
  record: RegistryRecord,
): Delivery {
  const closing = new AbortController();
  return {
    record,
    async observe(): Promise<Sha256> {
      const { server, source } = upstream;
      return toolHash({ definition: methodDefinition(capability), server, source });
    },
    deliver: (call) => deliver(upstream, capability, call, closing.signal),
    async close() {
      closing.abort();
    },
  };
}

async function deliver(
  upstream: Upstream,
  { setting }: MethodCapability,
  { request, timeout_ms, signal }: DeliveryCall,
  closing: AbortSignal,
): Promise<Delivered> {
  const began = performance.now();
  const method = ownMember(request, 'method');
  const ended = (end: Omit<Delivered, 'duration_ms'>): Delivered => ({
    ...end,
    duration_ms: Math.round(performance.now() - began),
  });
  // A dispatch of another program may ask for whatever it likes.
  if (
    typeof method !== 'string' ||
    !Object.hasOwn(PASSED_METHODS, method) ||
    PASSED_METHODS[method]?.setting !== setting
  ) {
    return ended({ status: 'error', result: null, code: 'DELIVERY_CALL_INVALID' });
  }
  try {
    const call = {
      timeout_ms,
      signal: AbortSignal.any([closing, ...(signal === undefined ? [] : [signal])]),
    };
    const params = ownMember(request, 'params') ?? {};
    const result = await upstream.request(method, params, call);
    return ended({ status: 'ok', result: answerOf({ status: 'ok', result }), code: null });
  } catch (error) {
    return ended(failureOf(error));
  }
}

function failureOf(error: unknown): Omit<Delivered, 'duration_ms'> {
  if (!(error instanceof UpstreamError)) return { status: 'unknown', result: null, code: 'DELIVERY_CRASHED' };
  const { code, message, data } = error;
  if (typeof code === 'string') return { status: DELIVERY_CODES[code].status, result: null, code };
  const mcp = { code, message, ...(isObject(data) && { data }) };
  const deny_reason = { code: 'MCP_ERROR', message, mcp };
  return { status: 'error', result: answerOf({ status: 'error', deny_reason }), code: null };
}

function answerOf(members: Partial<WorkerResult>): WorkerResult {
  return { status: 'ok', result: null, telemetry: [], evidence: [], deny_reason: null, ...members };
}

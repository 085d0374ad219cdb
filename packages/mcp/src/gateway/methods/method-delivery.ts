import type { Delivered, Delivery, DeliveryCall } from '@wcp/hall';
import type { RegistryRecord, Sha256 } from '@wcp/spec';
import { ownMember } from '../../base/members.ts';
import type { CallLinks } from '../../delivery/call-links.ts';
import { boundedEnd, endOfError, endOfResult } from '../../delivery/call-result.ts';
import { toolHash } from '../../tool/tool-record.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import { type MethodCapability, PASSED_METHODS } from './method-capabilities.ts';

/** What stands for a definition: the gateway's words, not the server's. It has no name, so that it is no tool. */
export function methodDefinition({ segment, description }: MethodCapability): object {
  return {
    capability: segment,
    description,
    inputSchema: { type: 'object' },
    annotations: { readOnlyHint: true, destructiveHint: false, openWorldHint: true },
  };
}

/** How requests for what is not a tool reach their server. */
export interface MethodDeliveryOptions {
  readonly upstream: Upstream;
  readonly capability: MethodCapability;
  readonly record: RegistryRecord;
  readonly links: CallLinks;
  /** The longest answer, in bytes of its JSON (default: what the upstream takes). */
  readonly answer_bytes?: number;
}

/** Delivers requests for what is not a tool to its server. */
export function methodDelivery(options: MethodDeliveryOptions): Delivery {
  const { upstream, capability, record } = options;
  const closing = new AbortController();
  return {
    record,
    async observe(): Promise<Sha256> {
      const { server, source } = upstream;
      return toolHash({ definition: methodDefinition(capability), server, source });
    },
    deliver: (call) => deliver(options, call, closing.signal),
    async close() {
      closing.abort();
    },
  };
}

/** What a server may ask its client for: nothing. */
const NO_INPUT: ReadonlySet<string> = new Set();

async function deliver(
  { upstream, capability: { setting }, links, answer_bytes }: MethodDeliveryOptions,
  { context, request, timeout_ms, signal, onProgress: tell }: DeliveryCall,
  closing: AbortSignal,
): Promise<Delivered> {
  const { tenant_id, correlation_id, capability_id } = context;
  const client = links.take({ tenant_id, correlation_id, capability_id, request });
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
    const signals = [closing, signal, client?.signal].filter((each) => each !== undefined);
    const onProgress = client?.onProgress?.bind(client) ?? tell;
    const call = {
      timeout_ms,
      signal: AbortSignal.any(signals),
      is_exact: true,
      ...(onProgress !== undefined && { onProgress }),
    };
    const params = ownMember(request, 'params') ?? {};
    const result = await upstream.request(method, params, call);
    return ended(boundedEnd(endOfResult(result, NO_INPUT), answer_bytes));
  } catch (error) {
    return ended(boundedEnd(endOfError(error), answer_bytes));
  }
}

import type { Delivered, Delivery, DeliveryCall } from '@wcp/hall';
import type { RegistryRecord, Sha256 } from '@wcp/spec';
import { toolHash } from '@wcp/spec/document';
import { membersOf, ownMember } from '../../base/members.ts';
import type { CallLinks } from '../../delivery/call-links.ts';
import { boundedEnd, endOfError, endOfResult } from '../../delivery/call-result.ts';
import type { ClientRequests } from '../../delivery/client-requests.ts';
import { continuation, reachedClient } from '../../delivery/linked-client.ts';
import { listPages } from '../../upstream/list-pages.ts';
import type { Upstream, UpstreamCall } from '../../upstream/upstream.ts';
import {
  type MethodCapability,
  methodDefinition,
  type PassedMethod,
  passedMethod,
} from './method-capabilities.ts';

/** How requests for what is not a tool reach their server. */
export interface MethodDeliveryOptions {
  readonly upstream: Upstream;
  readonly capability: MethodCapability;
  readonly record: RegistryRecord;
  readonly links: CallLinks;
  readonly requests: ClientRequests;
  /** The longest answer, in bytes of its JSON (default: what the upstream takes). */
  readonly answer_bytes?: number;
}

const MAX_LISTED = 10_000;

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

async function deliver(
  { upstream, capability: { setting }, links, requests, answer_bytes }: MethodDeliveryOptions,
  { context, request, timeout_ms, signal, onProgress: tell }: DeliveryCall,
  closing: AbortSignal,
): Promise<Delivered> {
  const { tenant_id, correlation_id, capability_id } = context;
  const client = links.take({ tenant_id, correlation_id, capability_id, request });
  const began = performance.now();
  const [method, params] = [ownMember(request, 'method'), membersOf(ownMember(request, 'params'))];
  const ended = (end: Omit<Delivered, 'duration_ms'>): Delivered => ({
    ...end,
    duration_ms: Math.round(performance.now() - began),
  });
  const passed = passedMethod(method, params);
  // A dispatch of another program may ask for whatever it likes.
  if (passed === null || passed.setting !== setting)
    return ended({ status: 'error', result: null, code: 'DELIVERY_CALL_INVALID' });
  const signals = [closing, signal, client?.signal].filter((each) => each !== undefined);
  const onProgress = client?.onProgress?.bind(client) ?? tell;
  const call = {
    timeout_ms,
    signal: AbortSignal.any(signals),
    is_exact: true,
    client: reachedClient(tenant_id, client, requests),
    ...(onProgress !== undefined && { onProgress }),
  };
  try {
    const sent = { method: String(method), params: { ...params, ...continuation(request) } };
    const result = await ask(upstream, passed, sent, call, tenant_id);
    return ended(boundedEnd(endOfResult(result, requests), answer_bytes));
  } catch (error) {
    return ended(boundedEnd(endOfError(error), answer_bytes));
  }
}

/** Lists come whole, whatever their pages; what is watched is watched for as long as somebody wants that. */
async function ask(
  upstream: Upstream,
  { to }: PassedMethod,
  { method, params }: { readonly method: string; readonly params: Readonly<Record<string, unknown>> },
  call: UpstreamCall,
  owner: string,
): Promise<unknown> {
  if (to !== 'one') {
    const member = to.list;
    const listed = await listPages((page) => upstream.request(method, page, call), member, MAX_LISTED);
    return { [member]: listed };
  }
  const { uri } = params;
  if (!method.endsWith('subscribe') || typeof uri !== 'string') return upstream.request(method, params, call);
  await (method === 'resources/subscribe'
    ? upstream.subscribe(uri, owner)
    : upstream.unsubscribe(uri, owner));
  return {};
}

import type { Delivered, Delivery, DeliveryCall } from '@wcp/hall';
import type { RegistryRecord, Sha256 } from '@wcp/spec';
import { toolHash } from '@wcp/spec/document';
import { isObject, ownMember } from '../../base/members.ts';
import type { CallLinks } from '../../delivery/call-links.ts';
import { CLIENT_REQUESTS } from '../../delivery/client-requests.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import { type MethodCapability, methodDefinition } from './method-capabilities.ts';

/** How requests of a server reach the client of its call. */
export interface ClientDeliveryOptions {
  readonly upstream: Upstream;
  readonly capability: MethodCapability;
  readonly record: RegistryRecord;
  readonly links: CallLinks;
}

/** Delivers requests of a server to the client of its call: what no client waits for is refused. */
export function clientDelivery({ upstream, capability, record, links }: ClientDeliveryOptions): Delivery {
  const closing = new AbortController();
  return {
    record,
    async observe(): Promise<Sha256> {
      const { server, source } = upstream;
      return toolHash({ definition: methodDefinition(capability), server, source });
    },
    deliver: (call) => deliver(capability, links, call, closing.signal),
    async close() {
      closing.abort();
    },
  };
}

async function deliver(
  { setting }: MethodCapability,
  links: CallLinks,
  { context, request, timeout_ms, signal }: DeliveryCall,
  closing: AbortSignal,
): Promise<Delivered> {
  const began = performance.now();
  const { tenant_id, correlation_id, capability_id } = context;
  const client = links.take({ tenant_id, correlation_id, capability_id, request });
  const ended = (end: Omit<Delivered, 'duration_ms'>): Delivered => ({
    ...end,
    duration_ms: Math.round(performance.now() - began),
  });
  const method = ownMember(request, 'method');
  const isKnown = (CLIENT_REQUESTS as Readonly<Record<string, string>>)[setting] === method;
  if (client?.ask === undefined || !isKnown)
    return ended({ status: 'error', result: null, code: 'DELIVERY_CALL_INVALID' });
  const signals = [closing, client.signal, AbortSignal.timeout(Math.max(1, Math.ceil(timeout_ms)))];
  const until = AbortSignal.any(signal === undefined ? signals : [...signals, signal]);
  try {
    const answer = await client.ask(String(method), ownMember(request, 'params') ?? {}, until);
    if (isObject(answer))
      return ended({
        status: 'ok',
        result: { ...BLANK, telemetry: [], evidence: [], result: answer },
        code: null,
      });
    return ended({ status: 'error', result: null, code: 'DELIVERY_INVALID_RESULT' });
  } catch {
    const code = until.aborted ? 'DELIVERY_CANCELLED' : 'DELIVERY_FAILED';
    return ended({ status: 'error', result: null, code });
  }
}

const BLANK = { status: 'ok', deny_reason: null } as const;

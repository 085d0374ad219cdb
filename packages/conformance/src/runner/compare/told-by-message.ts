import type { ConformanceCase } from '../../fixtures/conformance-case.ts';
import type { Members } from '../../protocol/message.ts';

/** Shorter names of tenants would be found in ordinary words. */
const MIN_TENANT = 4;
const HASH = /[0-9a-f]{64}/i;

/**
 * What a message of a decision tells that it must keep to itself, as a sentence; null where it tells nothing: a hash
 * that the case's own input does not hold (WCP-5-8), or the tenant where it is to be left out (WCP-6-34).
 */
export function toldByMessage({ given, input }: ConformanceCase, result: Members): string | null {
  const messages = messagesOf(result);
  const asked = JSON.stringify(input) ?? '';
  const hash = messages.map((message) => HASH.exec(message)?.[0]).find((found) => found !== undefined);
  if (hash !== undefined && !asked.includes(hash)) return 'A message names a hash (WCP-5-8).';
  const tenant = redactedTenant(given, input);
  const names = tenant !== null && messages.some((message) => message.includes(tenant));
  return names ? 'A message names the tenant, and redact_tenant is true (WCP-6-34).' : null;
}

function messagesOf({ deny_reason_if_denied }: Members): string[] {
  const { message, findings } = Object(deny_reason_if_denied) as {
    readonly message?: unknown;
    readonly findings?: unknown;
  };
  const list = Array.isArray(findings) ? findings : [];
  const all = [message, ...list.map((finding: unknown) => (Object(finding) as Members)['message'])];
  return all.filter((text) => typeof text === 'string');
}

function redactedTenant(given: unknown, input: unknown): string | null {
  const { config } = Object(given) as { readonly config?: unknown };
  const { tenant_id } = Object(input) as { readonly tenant_id?: unknown };
  const isRedacted = (Object(config) as Members)['redact_tenant'] === true;
  return isRedacted && typeof tenant_id === 'string' && tenant_id.length >= MIN_TENANT ? tenant_id : null;
}

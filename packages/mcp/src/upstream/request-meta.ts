import { TASKS_CAPABILITY } from '../base/tasks-extension.ts';
import type { Agreement } from './negotiate.ts';
import type { UpstreamCall } from './upstream.ts';

const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const LOG_LEVEL = 'io.modelcontextprotocol/logLevel';

/**
 * What a request says of its client (2026-07-28): what that client can do, and what it wants to be logged. A request
 * that is made for no client says what the gateway declares for all; earlier revisions say it once.
 */
export function requestMeta(
  meta: Agreement['meta'],
  { client, takes_tasks }: Pick<UpstreamCall, 'client' | 'takes_tasks'>,
): Agreement['meta'] {
  const fixed = meta[CAPABILITIES];
  if (fixed === undefined) return meta;
  const capabilities = { ...(client?.capabilities ?? Object(fixed)), ...(takes_tasks && TASKS_CAPABILITY) };
  const level = client?.log_level ?? null;
  return { ...meta, [CAPABILITIES]: capabilities, ...(level !== null && { [LOG_LEVEL]: level }) };
}

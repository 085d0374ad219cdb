/** What enforcement says of a connection that it refused (`egress_code` of the error). */
const REFUSED: ReadonlySet<unknown> = new Set(['EGRESS_NOT_LISTED', 'EGRESS_ADDRESS_REFUSED']);
/** Libraries wrap errors, and nobody wraps more often. */
const MAX_CAUSES = 8;

/**
 * Whether a connection failed because the worker's envelope does not allow it (section 4.2): the host and port are not
 * in `egress_allowlist`, or only at a private address that the operator did not allow. Nothing was sent then, and
 * trying again is of no use; a denial can say what the operator has to do.
 *
 * @param error what `fetch`, `node:net` or a library threw
 * @example
 * import { isOutsideEnvelope, type RunContext } from '@wcp/worker-kit';
 *
 * async function ping(url: string, context: RunContext) {
 *   try {
 *     return (await fetch(url, { signal: context.signal })).status;
 *   } catch (error) {
 *     if (!isOutsideEnvelope(error)) throw error;
 *     return context.deny('HOST_NOT_LISTED', 'The operator has to list this host in egress_allowlist.');
 *   }
 * }
 */
export function isOutsideEnvelope(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && current instanceof Error; depth += 1) {
    if (REFUSED.has((current as { egress_code?: unknown }).egress_code)) return true;
    current = current.cause;
  }
  return false;
}

import { type RegistryRecord, recordHash } from '@wcp/spec';

/**
 * Returns a registry record with its `artifact_hash` (section 4.2), which replaces any that it has.
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON` where the record has no canonical JSON
 * @example
 * ```ts
 * import { sealRecord } from '@wcp/worker-kit';
 *
 * const record = sealRecord({
 *   worker_id: 'org.acme.greeter.prod',
 *   worker_species_id: 'org.acme.greeter',
 *   capabilities: ['org.acme.greet'],
 *   risk_tier: 'low',
 * });
 * console.log(record.artifact_hash);
 * ```
 */
export function sealRecord<R extends Omit<RegistryRecord, 'artifact_hash'>>(
  record: R,
): R & { artifact_hash: string } {
  return { ...record, artifact_hash: recordHash(record) };
}

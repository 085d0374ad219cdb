import { type RegistryRecord, recordHash } from '@wcp/spec';

/**
 * Gives a registry record its `artifact_hash` (section 4.2); one that it has already is replaced. The
 * argument is not changed.
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON` where the record has no canonical JSON
 * @example export const record = sealRecord({ worker_id: 'org.acme.greeter.prod', … });
 */
export function sealRecord<R extends Omit<RegistryRecord, 'artifact_hash'>>(
  record: R,
): R & { artifact_hash: string } {
  return { ...record, artifact_hash: recordHash(record) };
}
